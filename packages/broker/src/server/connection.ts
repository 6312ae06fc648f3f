import type { Door } from '../cluster/door.ts';
import type { Deps, Timer, Transport } from '../deps.ts';
import type { Answer } from '../dispatch/answer.ts';
import type { ClientState } from '../dispatch/client-state.ts';
import type { Dispatcher } from '../dispatch/dispatcher.ts';
import { isUrgent, requestBytesOf } from '../dispatch/request-bounds.ts';
import {
  authenticationTimeoutMs,
  connectionEndTimeoutMs,
  connectionIdleMs,
  connectionTurnMs,
  frameBytesPerMsMin,
  framesPerCutMax,
  frameTimeoutMs,
  pauseMsMax,
  probedBytesMax,
  requestBytesMax,
  requestBytesUnauthenticatedMax,
  requestsInFlightPerConnectionMax,
  requestsPerTurnMax,
  requestsUnauthenticatedMax,
  turnMs,
} from '../limits.ts';
import { FrameAssembler, type FrameRefusal } from '../memory/frame-assembler.ts';
import type { Frame, FramePool } from '../memory/frame-pool.ts';
import { Queue } from '../memory/queue.ts';
import type { RequestMemoryBounds } from '../memory/shared-memory.ts';
import type { Flow, Runnable, TurnEnd } from '../schedule/flow.ts';
import type { Scheduler } from '../schedule/scheduler.ts';
import { type BrokerMemory, ConnectionMemory } from './connection-memory.ts';
import { frameProblem } from './frame-problem.ts';
import { Outbox, type Slot } from './outbox.ts';
import { ReadGate } from './read-gate.ts';
import { ReadTurns } from './read-turns.ts';
import type { Strangers } from './strangers.ts';

/** What all connections of a server share. */
export interface ConnectionDeps {
  readonly deps: Deps;
  readonly pool: FramePool;
  readonly dispatcher: Pick<Dispatcher, 'connected' | 'disconnected' | 'dispatch'>;
  readonly memory: BrokerMemory;
  readonly scheduler: Scheduler;
  readonly strangers: Strangers;
  readonly bounds: Pick<RequestMemoryBounds, 'bytesInFlightPerConnectionMax' | 'bytesUnsentPerConnectionMax'>;
}

/**
 * One client's connection. Requests start in order, in turns that the scheduler gives; one that has
 * fixed the order of its effects lets the next one start before it is answered. What has been read and may
 * not start yet is a chunk at most: then the connection is not read from, so that nobody's backlog lies here.
 */
export class Connection implements Runnable {
  readonly #shared: ConnectionDeps;
  readonly #memory: ConnectionMemory;
  readonly #transport: Transport;
  readonly #assembler: FrameAssembler;
  readonly #client: ClientState;
  readonly #outbox: Outbox;
  readonly #gate: ReadGate;
  readonly #frames = new Queue<Frame>();
  /** Bytes that have come behind the frames; while there are any, nothing is read. */
  #uncut: Buffer | null = null;
  /** A request under way decides when the next one may start. */
  #isHeldBack = false;
  #awaitsTurn = false;
  #mutedUntil: Timer | null = null;
  /** When the frame was begun of which a part has come; null when there is none. */
  #frameBegunMs: number | null = null;
  #requestsAsStranger = 0;
  #isDraining = false;
  /** The last answer was handed over and the end of the connection follows it: nothing is taken any more. */
  #ending: Timer | null = null;
  #isClosed = false;
  /** An answer ends the connection once it has left: no request that came behind its own is started. */
  #mustEnd = false;
  #lastActiveMs: number;
  readonly #authenticationTimer: Timer;
  readonly #resume = () => this.#wake();
  readonly #reading: ReadTurns;

  constructor(shared: ConnectionDeps, transport: Transport, id: number, door: Door) {
    const { deps, pool, dispatcher, memory } = shared;
    this.#shared = shared;
    this.#memory = new ConnectionMemory(memory, this.#resume);
    this.#transport = transport;
    this.#client = dispatcher.connected(id, transport.remoteAddress, (reason) => this.close(reason), door);
    const events = {
      left: (requestBytes: number) => this.#memory.giveBack(requestBytes),
      flushed: (close: string | null) => this.#flushed(close),
      taken: () => this.#wake(),
    };
    this.#outbox = new Outbox(deps.clock, transport, events, shared.bounds.bytesUnsentPerConnectionMax);
    this.#gate = new ReadGate(deps.clock, transport);
    this.#assembler = new FrameAssembler(
      pool,
      () => requestBytesUnauthenticatedMax,
      (frame) => this.#onFrame(frame),
    );
    const changed = () => this.#updatePause();
    this.#reading = new ReadTurns(deps.clock, shared.scheduler, { flow: this.#flow, changed });
    shared.strangers.arrived(this);
    this.#admit();
    this.#lastActiveMs = deps.clock.monotonicMs();
    this.#reading.owe(connectionTurnMs);
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

  get #nowMs(): number {
    return this.#shared.deps.clock.monotonicMs();
  }

  get #flow(): Flow {
    return this.#client.identity?.cluster.flow ?? this.#shared.strangers.flow;
  }

  #onData(chunk: Buffer): void {
    if (this.#isClosed) return;
    this.#reading.read(chunk.length, () => {
      const before = this.#uncut;
      // Where it was not read from but listened to: no more than one chunk lies here uncut.
      if (before !== null) this.#cut(before, Number.POSITIVE_INFINITY);
      this.#cut(chunk, framesPerCutMax);
      // The chunk is lent for this call alone.
      if (this.#uncut !== null) this.#uncut = Buffer.from(this.#uncut);
    });
  }

  /** Makes frames of the bytes, so many at most: each is copied, which for small ones is most of what reading costs. */
  #cut(chunk: Buffer, framesMax: number): void {
    this.#uncut = null;
    const refusal = this.#assembler.push(chunk, framesMax);
    if (this.#isClosed || this.#isDraining || this.#ending !== null) return;
    this.#uncut = this.#assembler.uncut;
    const { unfinishedBytes } = this.#assembler;
    this.#memory.holdUnfinished(unfinishedBytes);
    if (unfinishedBytes === 0) this.#frameBegunMs = null;
    else this.#frameBegunMs ??= this.#nowMs;
    if (this.#frames.length > 0) this.#lastActiveMs = this.#nowMs;
    // What came with this chunk is started together; also what came before something that is refused.
    this.#wake();
    if (refusal !== null) this.#refuse(refusal);
  }

  #refuse(refusal: FrameRefusal): void {
    // What no Kafka broker takes is no limit that its owner has met, but something else than a request.
    const isRequest = refusal.kind === 'too-large' && refusal.size <= requestBytesMax;
    if (isRequest) this.#client.identity?.cluster.reachedLimits.reached('requestBytesMax');
    this.#closeMalformed(frameProblem(refusal));
  }

  #onFrame(frame: Frame): void {
    if (this.#isClosed || this.#isDraining || this.#ending !== null) {
      frame.release();
      return;
    }
    // What waits here was cut and copied already, by thousands in one chunk: that is work as well.
    if (!this.isAuthenticated && this.#frames.length >= requestsUnauthenticatedMax) {
      frame.release();
      this.close('too many requests before authentication');
      return;
    }
    this.#frameBegunMs = null;
    this.#memory.take(frame.length);
    this.#frames.push(frame);
  }

  /** What has come already is made frames of before more is read. */
  #refill(): void {
    if (this.#frames.length === 0 && this.#uncut !== null) this.#cut(this.#uncut, framesPerCutMax);
  }

  /** Something has changed that may let requests start, or bytes be read. */
  #wake(): void {
    if (this.#isClosed) return;
    this.#refill();
    if (!this.#awaitsTurn && this.#mayStart()) {
      this.#awaitsTurn = true;
      this.#shared.scheduler.ready(this.#flow, this, isUrgent(this.#frames.first()));
    }
    this.#updatePause();
  }

  #mayStart(): boolean {
    if (this.#frames.length === 0 || this.#isHeldBack || this.#mutedUntil !== null) return false;
    if (this.#isClosed || this.#isDraining || this.#mustEnd) return false;
    return this.#outbox.length < requestsInFlightPerConnectionMax && this.#outbox.hasRoom;
  }

  /** Starts waiting requests for about as long as a turn takes; of a stranger, one. */
  turn(): TurnEnd {
    const until = this.#nowMs + turnMs;
    const most = this.isAuthenticated ? requestsPerTurnMax : 1;
    for (let started = 0; started < most && this.#mayStart(); started += 1) {
      const frame = this.#frames.shift();
      if (frame === undefined) break;
      this.#start(frame);
      if (this.#nowMs >= until) break;
    }
    this.#refill();
    this.#updatePause();
    this.#awaitsTurn = this.#mayStart();
    return this.#awaitsTurn ? 'more' : 'done';
  }

  #start(frame: Frame): void {
    if (!this.isAuthenticated) this.#requestsAsStranger += 1;
    if (this.#requestsAsStranger > requestsUnauthenticatedMax) {
      this.#memory.giveBack(frame.length);
      frame.release();
      this.close('too many requests before authentication');
      return;
    }
    const slot = this.#outbox.begin(frame.length);
    const started = this.#shared.dispatcher.dispatch(this.#client, frame);
    if (started.kind === 'answered') {
      this.#answered(slot, frame, started.answer);
      return;
    }
    this.#isHeldBack = started.ordered !== 'now';
    const goOn = () => {
      this.#isHeldBack = false;
      this.#wake();
    };
    if (started.ordered instanceof Promise) started.ordered.then(goOn, goOn);
    void started.answer.then((answer) => {
      this.#answered(slot, frame, answer);
      if (started.ordered === 'when-answered') goOn();
    });
  }

  #answered(slot: Slot, frame: Frame, answer: Answer): void {
    frame.release();
    if (answer.close !== null) this.#mustEnd = true;
    this.#admit();
    if (answer.throttleMs > 0) this.#mute(answer.throttleMs);
    this.#outbox.settle(slot, answer);
  }

  /** KIP-219: the answer goes out at once, and the connection is left alone until the debt is paid. */
  #mute(throttleMs: number): void {
    this.#mutedUntil?.cancel();
    this.#mutedUntil = this.#shared.deps.clock.after(throttleMs, () => {
      this.#mutedUntil = null;
      this.#wake();
    });
  }

  #flushed(close: string | null): void {
    this.#lastActiveMs = this.#nowMs;
    if (close !== null) this.#endAfterWrites(close);
    else if (this.#isDraining && this.#outbox.length === 0) this.#endAfterWrites('drained');
    else this.#wake();
  }

  #updatePause(): void {
    if (this.#isClosed) return;
    // Asked also where it is shut already: what it waits for now may be what others hold.
    const lacksMemory = !this.#memory.hasRoom();
    if (lacksMemory && this.#gate.shutSinceMs === null)
      this.#client.identity?.cluster.reachedLimits.reached('requestMemoryBytesMax');
    const mustPause =
      lacksMemory ||
      this.#frames.length > 0 ||
      // Behind a request that waits a large one would come in whole before it is a frame.
      (this.#isHeldBack && this.#assembler.unfinishedBytes > 0) ||
      this.#uncut !== null ||
      this.#isHeldBackByBroker() ||
      this.#memory.inFlight > this.#shared.bounds.bytesInFlightPerConnectionMax;
    // The time that it was not read from is not its own.
    if (this.#gate.update(mustPause, this.#reading.awaitsTurn) && this.#frameBegunMs !== null)
      this.#frameBegunMs = this.#nowMs;
  }

  /** Its cluster keeps most of a memory that is short. */
  #isHeldBackByBroker(): boolean {
    const cluster = this.#client.identity?.cluster;
    if (cluster === undefined || !cluster.isHeldBack) return false;
    cluster.whenReleased.add(this.#resume);
    return true;
  }

  /** Once it has said who it is, it may send what others of its cluster may, and counts among them. */
  #admit(): void {
    const { identity } = this.#client;
    if (identity === null || this.#outbox.account !== null) return;
    const { cluster } = identity;
    this.#shared.strangers.left(this);
    this.#reading.join(cluster.flow);
    this.#assembler.bytesMaxOf = (apiKey) => requestBytesOf(apiKey, cluster.record.limits);
    this.#memory.join(cluster.memory);
    this.#outbox.account = cluster.accounts.answers;
  }

  /**
   * Ends what is idle, what has outlived its credential (KIP-368), what was begun and does not go on, and
   * who takes no answers. Called every few seconds, if it has not ended by then.
   */
  sweep(): void {
    if (this.#isClosed) return;
    const { clock } = this.#shared.deps;
    const now = this.#nowMs;
    const { expiresAt } = this.#client;
    if (expiresAt !== null && expiresAt <= clock.now()) this.close('the credential has expired');
    const frameMs = this.#frameBegunMs === null ? 0 : now - this.#frameBegunMs;
    const allowedMs = frameTimeoutMs + this.#assembler.unfinishedBytes / frameBytesPerMsMin;
    if (frameMs > allowedMs && this.#gate.shutSinceMs === null)
      this.close('a request was begun and not finished in time');
    if (this.#outbox.length === 0 && now - this.#lastActiveMs > connectionIdleMs) this.close('idle');
    const untaken = this.#outbox.problem(now);
    if (untaken !== null) {
      this.#client.identity?.cluster.reachedLimits.reached('answerBytesMax');
      this.close(untaken);
    }
    this.#sweepShut(now);
  }

  /** Nobody waits for ever for what others hold, and a client that is gone is noticed. */
  #sweepShut(now: number): void {
    const sinceMs = this.#gate.shutSinceMs;
    if (sinceMs === null) return;
    const waitsForOthers = this.#outbox.length === 0 && this.#mutedUntil === null && !this.#awaitsTurn;
    if (waitsForOthers && now - sinceMs > pauseMsMax)
      this.close('there was no memory for its request in time');
    else if (this.#memory.inFlight <= probedBytesMax) this.#gate.probe();
  }

  /** Starts nothing more; closes once everything started was answered. */
  drain(): void {
    this.#isDraining = true;
    this.#dropFrames();
    if (this.#outbox.length === 0) this.close('drained');
  }

  /** One log line, and only this connection ends. */
  #closeMalformed(what: string): void {
    this.#shared.deps.log.warn('connection.malformed', { from: this.#transport.remoteAddress, what });
    this.close('malformed');
  }

  /** A peer that does not take its last answer, or does not end its side, is not waited for long. */
  #endAfterWrites(reason: string): void {
    if (this.#isClosed || this.#ending !== null) return;
    const { clock, log } = this.#shared.deps;
    log.info('connection.ending', { from: this.#transport.remoteAddress, reason });
    this.#ending = clock.after(connectionEndTimeoutMs, () => this.#transport.destroy());
    this.#assembler.close();
    this.#dropFrames();
    this.#transport.end();
  }

  close(reason: string): void {
    if (this.#isClosed) return;
    if (reason !== 'drained' && reason !== 'idle') {
      this.#shared.deps.log.info('connection.closing', { from: this.#transport.remoteAddress, reason });
    }
    this.#assembler.close();
    this.#transport.destroy();
  }

  /** The transport is gone: everything that the connection holds is given back. */
  ended(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reading.owe(connectionTurnMs);
    this.#reading.end();
    this.#outbox.isClosed = true;
    this.#shared.strangers.left(this);
    this.#authenticationTimer.cancel();
    this.#mutedUntil?.cancel();
    this.#ending?.cancel();
    this.#assembler.close();
    this.#memory.end();
    this.#client.identity?.cluster.whenReleased.delete(this.#resume);
    this.#dropFrames();
    this.#shared.dispatcher.disconnected(this.#client);
  }

  #dropFrames(): void {
    this.#uncut = null;
    for (let frame = this.#frames.shift(); frame !== undefined; frame = this.#frames.shift()) {
      this.#memory.giveBack(frame.length);
      frame.release();
    }
  }
}
