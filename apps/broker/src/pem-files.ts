import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { EnvError } from '@weir/runtime/env';

interface IncidentLog {
  info(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface PemKind<Part extends string> {
  /** By which setting each file is named. */
  readonly settings: Readonly<Record<Part, string>>;
  /** What the files are to be together, for whoever has named others. */
  readonly what: string;
  /** Of the lines in the log, before `.renewed` and `.unusable`. */
  readonly event: string;
}

/** How often the files are looked at: certificates are renewed while brokers run. */
const lookEveryMs = 10_000;

/** A certificate and what belongs to it, from PEM files that are read again when they change. */
export class PemFiles<Part extends string> {
  #current: Record<Part, string>;
  readonly #kind: PemKind<Part>;
  readonly #files: Readonly<Record<Part, string>>;
  readonly #log: IncidentLog;
  readonly #listeners: ((contents: Record<Part, string>) => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;

  private constructor(
    kind: PemKind<Part>,
    files: Readonly<Record<Part, string>>,
    first: Record<Part, string>,
    log: IncidentLog,
  ) {
    this.#kind = kind;
    this.#files = files;
    this.#current = first;
    this.#log = log;
    this.#timer = setInterval(() => this.look(), lookEveryMs);
    this.#timer.unref();
  }

  /** Throws EnvError where a file cannot be read, or they do not belong together. */
  static read<Part extends string>(
    kind: PemKind<Part>,
    files: Readonly<Record<Part, string>>,
    log: IncidentLog,
  ): PemFiles<Part> {
    return new PemFiles(kind, files, contentsOf(kind, files), log);
  }

  get current(): Record<Part, string> {
    return this.#current;
  }

  onChange(call: (contents: Record<Part, string>) => void): void {
    this.#listeners.push(call);
  }

  /** Reads the files again. What cannot be used, as while they are being written, leaves everything as it was. */
  look(): void {
    try {
      const next = contentsOf(this.#kind, this.#files);
      this.#hasFailed = false;
      if (partsOf(this.#kind).every((part) => next[part] === this.#current[part])) return;
      this.#current = next;
      for (const listener of this.#listeners) listener(next);
      this.#log.info({ ...this.#files }, `${this.#kind.event}.renewed`);
    } catch (cause) {
      if (!this.#hasFailed) this.#log.error({ err: cause }, `${this.#kind.event}.unusable`);
      this.#hasFailed = true;
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
  }
}

// Object.keys knows no narrower type than that of its caller.
const partsOf = <Part extends string>({ settings }: PemKind<Part>) => Object.keys(settings) as Part[];

function contentsOf<Part extends string>(
  kind: PemKind<Part>,
  files: Readonly<Record<Part, string>>,
): Record<Part, string> {
  const read = (part: Part): string => {
    try {
      return readFileSync(files[part], 'utf8');
    } catch (cause) {
      throw new EnvError([
        `${kind.settings[part]} names ${files[part]}, which cannot be read: ${messageOf(cause)}`,
      ]);
    }
  };
  // One of each part, as the settings name all of them.
  const contents = Object.fromEntries(partsOf(kind).map((part) => [part, read(part)])) as Record<
    Part,
    string
  >;
  try {
    createSecureContext(contents);
    return contents;
  } catch (cause) {
    throw new EnvError([
      `${listed(Object.values(kind.settings))} are to be ${kind.what}, each as PEM: ${messageOf(cause)}`,
    ]);
  }
}

const listed = (names: readonly string[]) => `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
