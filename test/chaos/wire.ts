import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

/** Answers that are being lost: what was sent is with the server, and what it says to that comes to nobody. */
export interface LostAnswers {
  /** Resolves when the words were sent: from then on the server is not heard on that connection. */
  readonly sent: Promise<void>;
  /** Cuts that connection, if the words were sent; nothing is lost any more. */
  end(): void;
}

/** A loopback connection to a server that can lose what the server answers, and can be cut. */
export class Wire implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #target: URL;
  readonly #open = new Set<Socket>();
  #words: { readonly text: string; readonly sent: (near: Socket) => void } | undefined;

  private constructor(server: Server, target: URL) {
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    this.url = `${target.protocol}//127.0.0.1:${port}`;
    this.#server = server;
    this.#target = target;
    server.on("connection", (near) => this.#join(near));
  }

  /** Listens on a port of its own for those who want to speak to the server at `url`. */
  static async open(url: string): Promise<Wire> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Wire(server, new URL(url));
  }

  /** Loses the server's answers on the next connection on which a client sends `text`. */
  loseAnswersTo(text: string): LostAnswers {
    let muted: Socket | undefined;
    const sent = new Promise<void>((resolve) => {
      this.#words = {
        text,
        sent: (near) => {
          muted = near;
          this.#words = undefined;
          resolve();
        },
      };
    });
    const end = (): void => {
      this.#words = undefined;
      muted?.destroy();
    };
    return { sent, end };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
  }

  #join(near: Socket): void {
    const far = connect(Number(this.#target.port), this.#target.hostname);
    let isMuted = false;
    near.on("data", (bytes) => {
      far.write(bytes);
      const words = this.#words;
      if (words === undefined || !bytes.includes(words.text)) return;
      isMuted = true;
      words.sent(near);
    });
    far.on("data", (bytes) => {
      if (!isMuted) near.write(bytes);
    });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      this.#open.add(one);
      // Whoever is killed resets its connections.
      one.on("error", () => undefined);
      one.once("close", () => {
        this.#open.delete(one);
        other.destroy();
      });
    }
  }
}
