import { invalid } from './refused.ts';

/** Levels of a JSON body, far beyond any that people write; what reads it may be recursive. */
export const jsonDepthMax = 64;
/** Objects, arrays and their entries in a JSON body: each costs far more here than its bytes on the way. */
export const jsonEntriesMax = 100_000;

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Counts levels and entries of JSON while its bytes come, before any of it is parsed: two mebibytes of brackets keep
 * the process for 60 ms, and who reads them chunk by chunk gives way in between. Whether it is JSON, the parser tells.
 */
export class JsonShape {
  #depth = 0;
  #entries = 0;
  #isInString = false;
  #isEscaped = false;

  /** Throws a refusal as soon as there is too much of it. */
  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (this.#isInString) {
        if (this.#isEscaped) this.#isEscaped = false;
        else if (byte === backslash) this.#isEscaped = true;
        else if (byte === quote) this.#isInString = false;
      } else if (byte === quote) this.#isInString = true;
      else if (byte === comma) this.#enter();
      else if (byte === openBracket || byte === openBrace) {
        this.#enter();
        this.#depth += 1;
        if (this.#depth > jsonDepthMax) throw invalid(`A body has at most ${jsonDepthMax} levels.`);
      } else if (byte === closeBracket || byte === closeBrace) this.#depth -= 1;
    }
  }

  #enter(): void {
    this.#entries += 1;
    if (this.#entries > jsonEntriesMax) throw invalid(`A body has at most ${jsonEntriesMax} values.`);
  }
}
