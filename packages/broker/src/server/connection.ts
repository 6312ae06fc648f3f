import type { Deps, Timer, Transport } from '../deps.ts';
import type { Answer } from '../dispatch/answer.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import {
  authenticationTimeoutMs,
  bytesInFlightPerConnectionMax,
  bytesUnsentPerConnectionMax,
  connectionEndTimeoutMs,
  connectionIdleMs,
  frameBytesPerMsMin,
  frameTimeoutMs,
  requestBytesMax,
  requestBytesUnauthenticatedMax,
  requestsInFlightPerConnectionMax,
} from '../limits.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';
import { ConnectionMemory, type SharedMemory } from './connection-memory.ts';
import { FrameAssembler } from './frame-assembler.ts';

/** What all connections of a server share. */
export interface ConnectionDeps {
  readonly deps: Deps;
  readonly pool: FramePool;
  readonly dispatcher: Pick<Dispatcher, 'connected' | 'disconnected' | 'dispatch'>;
  readonly memory: SharedMemory;
}

/** A request that was started; its answer leaves when all before it have left. */
interface Slot {
  readonly bytes: number;
  answer: Answer | null;
}

/**
 * One client's connection. Requests start in order; a request that has fixed the order of its effects
 * lets the next one start before it is answered. Answers leave in the order of the requests, those of one
 * tick in one write. Past its bounds the connection is not read from: back-pressure instead of memory.
 */
export class Connection {
  readonly #deps: Deps;
  readonly #dispatcher: ConnectionDeps['dispatcher'];
  readonly #memory: ConnectionMemory;
  readonly #transport: Transport;
  readonly #assembler: FrameAssembler;
  readonly #client: ClientState;
  readonly #frames = new Queue<Frame>();
  readonly #slots = new Queue<Slot>();
  #starting = false;
  #mutedUntil: Timer | null = null;
  #sendScheduled = false;
  /** When the frame was begun of which a part has come; null when there is none. */
  #frameBegunMs: number | null = null;
  #bytesUnsent = 0;
  #paused = false;
  #draining = false;
  /** The last answer was handed over and the end of the connection follows it: nothing is taken any more. */
  #ending: Timer | null = null;
  #closed = false;
  /** An answer ends the connection once it has left: no request that came behind its own is started. */
  #mustEnd = false;
  #lastActiveMs: number;
  readonly #authenticationTimer: Timer;

  constructor(shared: ConnectionDeps, transport: Transport, id: number) {
    const { deps, pool, dispatcher, memory } = shared;
    this.#deps = deps;
    this.#dispatcher = dispatcher;
    this.#memory = new ConnectionMemory(memory, () => this.#startRequests());
    this.#transport = transport;
    this.#client = dispatcher.connected(id, transport.remoteAddress, (reason) => this.close(reason));
    this.#assembler = new FrameAssembler(pool, requestBytesUnauthenticatedMax, (frame) =>
      this.#onFrame(frame),
    );
    this.#admit();
    this.#lastActiveMs = deps.clock.monotonicMs();
    this.#authenticationTimer = deps.clock.after(authenticationTimeoutMs, () => {
      if (!this.isAuthenticated) this.close('not authenticated in time');
    });
    transport.onData((chunk) => this.#onData(chunk));
  }

  get isAuthenticated(): boolean {
    return this.#client.identity !== null;
  }

  get remoteAddress(): string {
    return this.#transport.remoteAddress;
  }

  #onData(chunk: Buffer): void {
    if (this.#closed) return;
    const refusal = this.#assembler.push(chunk);
    const { unfinishedBytes } = this.#assembler;
    this.#memory.holdUnfinished(unfinishedBytes);
    if (unfinishedBytes === 0) this.#frameBegunMs = null;
    else this.#frameBegunMs ??= this.#deps.clock.monotonicMs();
    if (refusal === null) {
      this.#updatePause();
      return;
    }
    const size = refusal.kind === 'too-large' ? `${refusal.size} bytes` : 'a negative size';
    this.#closeMalformed(`a frame of ${size}; at most ${this.#assembler.bytesMax} are taken`);
  }

  #onFrame(frame: Frame): void {
    if (this.#closed || this.#draining || this.#ending !== null) {
      frame.release();
      return;
    }
    this.#lastActiveMs = this.#deps.clock.monotonicMs();
    this.#frameBegunMs = null;
    this.#memory.take(frame.length);
    this.#frames.push(frame);
    this.#startRequests();
  }

  /** Starts waiting frames as far as order and bounds allow. */
  #startRequests(): void {
    while (!this.#starting && this.#mutedUntil === null && !this.#closed && !this.#mustEnd) {
      if (this.#slots.length >= requestsInFlightPerConnectionMax) break;
      if (this.#bytesUnsent > bytesUnsentPerConnectionMax) break;
      const frame = this.#frames.shift();
      if (frame === undefined) break;
      this.#start(frame);
    }
    this.#updatePause();
  }

  #start(frame: Frame): void {
    const slot: Slot = { bytes: frame.length, answer: null };
    this.#slots.push(slot);
    const started = this.#dispatcher.dispatch(this.#client, frame);
    if (started.kind === 'answered') {
      this.#answered(slot, frame, started.answer);
      return;
    }
    this.#starting = started.ordered !== 'now';
    const goOn = () => {
      this.#starting = false;
      this.#startRequests();
    };
    if (started.ordered instanceof Promise) started.ordered.then(goOn, goOn);
    void started.answer.then((answer) => {
      this.#answered(slot, frame, answer);
      if (started.ordered === 'when-answered') goOn();
    });
  }

  #answered(slot: Slot, frame: Frame, answer: Answer): void {
    frame.release();
    slot.answer = answer;
    if (answer.close !== null) this.#mustEnd = true;
    this.#admit();
    if (answer.throttleMs > 0) this.#mute(answer.throttleMs);
    if (this.#sendScheduled) return;
    this.#sendScheduled = true;
    // A microtask gathers all that the same event completed.
    queueMicrotask(() => {
      this.#sendScheduled = false;
      this.#send();
    });
  }

  /** KIP-219: the answer goes out at once, and the connection is left alone until the debt is paid. */
  #mute(throttleMs: number): void {
    this.#mutedUntil?.cancel();
    this.#mutedUntil = this.#deps.clock.after(throttleMs, () => {
      this.#mutedUntil = null;
      this.#startRequests();
    });
  }

  #send(): void {
    const buffers: Buffer[] = [];
    const frames: Frame[] = [];
    let bytes = 0;
    let mustClose: string | null = null;
    for (let slot = this.#slots.first(); slot?.answer != null; slot = this.#slots.first()) {
      this.#slots.shift();
      this.#memory.giveBack(slot.bytes);
      const { answer } = slot;
      if (mustClose === null) {
        for (const buffer of answer.buffers) {
          buffers.push(buffer);
          bytes += buffer.length;
        }
      }
      for (const frame of answer.frames) frames.push(frame);
      mustClose ??= answer.close;
    }
    this.#write(buffers, bytes, frames);
    if (mustClose !== null) this.#endAfterWrites(mustClose);
    else if (this.#draining && this.#slots.length === 0) this.#endAfterWrites('drained');
    else this.#startRequests();
  }

  #write(buffers: readonly Buffer[], bytes: number, frames: readonly Frame[]): void {
    const done = () => {
      for (const frame of frames) frame.release();
    };
    if (buffers.length === 0 || this.#closed) {
      done();
      return;
    }
    this.#lastActiveMs = this.#deps.clock.monotonicMs();
    this.#bytesUnsent += bytes;
    this.#transport.write(buffers, () => {
      done();
      this.#bytesUnsent -= bytes;
      if (!this.#closed && this.#frames.length > 0) this.#startRequests();
      else this.#updatePause();
    });
  }

  #updatePause(): void {
    if (this.#closed) return;
    const mustPause =
      this.#memory.inFlight > bytesInFlightPerConnectionMax ||
      this.#frames.length > requestsInFlightPerConnectionMax ||
      // Asked also where it is paused already: what it waits for now may be what others hold.
      !this.#memory.hasRoom();
    if (mustPause === this.#paused) return;
    this.#paused = mustPause;
    if (mustPause) {
      this.#transport.pause();
      return;
    }
    // The time that it was not read from is not its own.
    if (this.#frameBegunMs !== null) this.#frameBegunMs = this.#deps.clock.monotonicMs();
    this.#transport.resume();
  }

  /** Once it has said who it is, it may send what others of its cluster may, and counts among them. */
  #admit(): void {
    const { identity } = this.#client;
    this.#assembler.bytesMax = identity === null ? requestBytesUnauthenticatedMax : requestBytesMax;
    if (identity !== null) this.#memory.join(identity.cluster.memory);
  }

  /** Also ends what has outlived its credential (KIP-368), and who begins a request and does not go on with it. */
  closeIfIdle(): void {
    const { expiresAt } = this.#client;
    if (expiresAt !== null && expiresAt <= this.#deps.clock.now()) this.close('the credential has expired');
    const now = this.#deps.clock.monotonicMs();
    const frameMs = this.#frameBegunMs === null ? 0 : now - this.#frameBegunMs;
    const allowedMs = frameTimeoutMs + this.#assembler.unfinishedBytes / frameBytesPerMsMin;
    if (frameMs > allowedMs && !this.#paused) this.close('a request was begun and not finished in time');
    const idleMs = now - this.#lastActiveMs;
    if (this.#slots.length === 0 && idleMs > connectionIdleMs) this.close('idle');
  }

  /** Starts nothing more; closes once everything started was answered. */
  drain(): void {
    this.#draining = true;
    this.#dropFrames();
    if (this.#slots.length === 0) this.close('drained');
  }

  /** One log line, and only this connection ends. */
  #closeMalformed(what: string): void {
    this.#deps.log.warn('connection.malformed', { from: this.#transport.remoteAddress, what });
    this.close('malformed');
  }

  /** A peer that does not take its last answer, or does not end its side, is not waited for long. */
  #endAfterWrites(reason: string): void {
    if (this.#closed || this.#ending !== null) return;
    this.#deps.log.info('connection.ending', { from: this.#transport.remoteAddress, reason });
    this.#ending = this.#deps.clock.after(connectionEndTimeoutMs, () => this.#transport.destroy());
    this.#dropFrames();
    this.#transport.end();
  }

  close(reason: string): void {
    if (this.#closed) return;
    if (reason !== 'drained' && reason !== 'idle') {
      this.#deps.log.info('connection.closing', { from: this.#transport.remoteAddress, reason });
    }
    this.#transport.destroy();
  }

  /** The transport is gone: everything that the connection holds is given back. */
  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#authenticationTimer.cancel();
    this.#mutedUntil?.cancel();
    this.#ending?.cancel();
    this.#assembler.close();
    this.#memory.end();
    this.#dropFrames();
    this.#dispatcher.disconnected(this.#client);
  }

  #dropFrames(): void {
    for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
      this.#memory.giveBack(frame.length);
      frame.release();
    }
  }
}
