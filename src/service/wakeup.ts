/** Lets several wait for the next time that something happens. */
export class Wakeup {
  #waiting: (() => void)[] = [];

  /** Resolves at the next {@link wake}. */
  wait(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Wakes all who wait now. */
  wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}
