/** Whether a leader takes nothing more, for whoever is to lead next. Clients hear that it does not lead, and find who does. */
export class Hold {
  #isHeld = false;
  #successor: number | null = null;

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Who is to lead once all that are in sync have what is here; null: whoever the store chooses. */
  get successor(): number | null {
    return this.#successor;
  }

  begin(successor: number | null = null): void {
    this.#isHeld = true;
    this.#successor = successor;
  }

  end(): void {
    this.#isHeld = false;
    this.#successor = null;
  }
}
