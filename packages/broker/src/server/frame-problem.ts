import type { FrameRefusal } from '../memory/frame-assembler.ts';

/** What is wrong with what a client sent in place of a request, in words for whoever runs the broker. */
export function frameProblem(refusal: FrameRefusal): string {
  if (refusal.kind !== 'too-large') return 'a frame of a negative size';
  const { size, bytesMax } = refusal;
  if (tlsHellos.includes(size >>> 8)) return 'the client speaks TLS, and this listener does not';
  return `a frame of ${size} bytes; at most ${bytesMax} are taken`;
}

/** How a record of TLS begins that holds a hello: its type, and a version (RFC 8446, 5.1). */
const tlsHellos = [0x160301, 0x160302, 0x160303];
