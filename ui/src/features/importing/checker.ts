/** Asks again and again about something that changes: not while it changes, and never believing an answer that is old. */

export class Checker<Question, Answer> {
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** How often something has changed; an answer to anything but the last is old. */
  #version = 0;

  constructor(
    private readonly ask: (question: Question) => Promise<Answer>,
    private readonly told: (answer: Answer, question: Question) => void,
    private readonly failed: (thrown: unknown) => void,
    private readonly waitMilliseconds: number,
  ) {}

  /** Something has changed: it is asked about once no more does for a while. */
  soon(question: () => Question): void {
    this.forget();
    this.#timer = setTimeout(() => void this.#send(question()), this.waitMilliseconds);
  }

  /** Asks at once. */
  async now(question: Question): Promise<void> {
    this.forget();
    await this.#send(question);
  }

  /** Nothing is asked any more, and no answer that is under way is heard. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#version += 1;
  }

  async #send(question: Question): Promise<void> {
    const version = this.#version;
    try {
      const answer = await this.ask(question);
      if (version === this.#version) this.told(answer, question);
    } catch (thrown) {
      if (version === this.#version) this.failed(thrown);
    }
  }
}
