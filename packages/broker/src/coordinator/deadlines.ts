/** A point in time that its owner moves as it pleases. Made by its owner, one for each thing that can run out. */
export interface Deadline<Subject> {
  readonly subject: Subject;
  /** Milliseconds; null: not running. */
  at: number | null;
  /** The earliest entry of this deadline in the heap; null: it has none. */
  queuedAt: number | null;
}

interface Entry<Subject> {
  readonly at: number;
  readonly deadline: Deadline<Subject>;
}

export function newDeadline<Subject>(subject: Subject): Deadline<Subject> {
  return { subject, at: null, queuedAt: null };
}

/**
 * Deadlines in a heap. Nearly every change is a heartbeat that moves a deadline further away, and that
 * costs one assignment: the entry in the heap stays and is put right when its time comes.
 */
export class Deadlines<Subject> {
  private heap: Entry<Subject>[] = [];
  private running = 0;

  set(deadline: Deadline<Subject>, at: number): void {
    if (deadline.at === null) this.running += 1;
    deadline.at = at;
    if (deadline.queuedAt === null || deadline.queuedAt > at) this.push(deadline, at);
  }

  cancel(deadline: Deadline<Subject>): void {
    if (deadline.at === null) return;
    deadline.at = null;
    this.running -= 1;
    // What was cancelled stays in the heap until its time; it must not outnumber what runs.
    if (this.heap.length > 64 && this.heap.length > this.running * 4) this.rebuild();
  }

  /** The earliest running deadline, milliseconds; null when none runs. */
  next(): number | null {
    return this.settle()?.at ?? null;
  }

  /** Takes the earliest deadline at or before `now`, which then no longer runs; null when none is due. */
  takeDue(now: number): Deadline<Subject> | null {
    const top = this.settle();
    if (top === null || top.at > now) return null;
    this.pop();
    top.deadline.queuedAt = null;
    top.deadline.at = null;
    this.running -= 1;
    return top.deadline;
  }

  /** Drops and moves entries until the top one tells the truth. */
  private settle(): Entry<Subject> | null {
    for (;;) {
      const top = this.heap[0];
      if (top === undefined) return null;
      const { deadline } = top;
      if (deadline.queuedAt === top.at && deadline.at === top.at) return top;
      this.pop();
      if (deadline.queuedAt !== top.at) continue;
      deadline.queuedAt = null;
      if (deadline.at !== null) this.push(deadline, deadline.at);
    }
  }

  private rebuild(): void {
    const kept = new Set<Deadline<Subject>>();
    for (const { deadline } of this.heap) {
      deadline.queuedAt = null;
      if (deadline.at !== null) kept.add(deadline);
    }
    this.heap = [];
    for (const deadline of kept) if (deadline.at !== null) this.push(deadline, deadline.at);
  }

  private push(deadline: Deadline<Subject>, at: number): void {
    deadline.queuedAt = at;
    const entry = { at, deadline };
    let index = this.heap.push(entry) - 1;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = this.heap[parentIndex];
      if (parent === undefined || parent.at <= at) break;
      this.heap[index] = parent;
      index = parentIndex;
    }
    this.heap[index] = entry;
  }

  private pop(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    let index = 0;
    for (;;) {
      let childIndex = index * 2 + 1;
      const right = this.heap[childIndex + 1];
      let child = this.heap[childIndex];
      if (child === undefined) break;
      if (right !== undefined && right.at < child.at) {
        child = right;
        childIndex += 1;
      }
      if (child.at >= last.at) break;
      this.heap[index] = child;
      index = childIndex;
    }
    this.heap[index] = last;
  }
}
