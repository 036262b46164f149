/** Names that every cluster has: they say what something is, and not whose it is. */
export const COMMON_NAMES: ReadonlySet<string> = new Set(
  `aside derived default kubernetes kube-system kube-public kube-node-lease kube-root-ca.crt
  system system serviceaccount serviceaccounts node nodes masters authenticated unauthenticated anonymous kubelet
  kube-scheduler kube-controller-manager kube-apiserver kube-proxy coredns deployment-controller replicaset-controller
  http https tcp udp localhost true false null none unknown user group name namespace kind uid ip verb role
  get list watch create update patch delete deletecollection pod pods deployment deployments replicaset replicasets
  daemonset daemonsets statefulset statefulsets job jobs cronjob cronjobs service services endpoint endpoints
  firing resolved endpointslice endpointslices configmap configmaps secret secrets ingress ingresses namespaces container containers
  clusterrole clusterrolebinding rolebinding networkpolicy persistentvolumeclaim event events api apis`
    .split(/\s+/)
    .filter((word) => word !== ""),
);

/** Parts of names that are the same in every cluster. */
export const COMMON_PARTS: ReadonlySet<string> = new Set(["svc", "cluster", "local", "v1", "k8s", "io"]);
