import type { Random } from '../deps.ts';
import type { Frame } from '../memory/frame-pool.ts';
import { type PeerLink, readResponse } from './peer-link.ts';
import { type HelloRequest, helloApi } from './peer-messages.ts';
import { isProof, nonceBytes, peerProof } from './peer-proof.ts';

/**
 * Shows a broker of the cell who calls, and has it show that it is of the cell as well: nothing of what it says
 * is believed before. Rejects with its own words where it refuses.
 */
export async function introduce(
  link: PeerLink,
  receive: (call: (frame: Frame) => void) => void,
  random: Pick<Random, 'bytes'>,
  secret: Buffer,
  caller: Pick<HelloRequest, 'brokerId' | 'bootEpoch' | 'toBrokerId' | 'lane'>,
): Promise<void> {
  const ask = (correlationId: number, nonce: Buffer, proof: Buffer) =>
    new Promise<{ readonly nonce: Buffer; readonly proof: Buffer }>((resolve, reject) => {
      receive((frame) => {
        const answer = readResponse(frame, helloApi, correlationId);
        if (answer.errorCode !== 0) reject(new Error(answer.errorMessage ?? `error ${answer.errorCode}`));
        // Copies: the frame is there during the call only.
        else resolve({ nonce: Buffer.from(answer.nonce), proof: Buffer.from(answer.proof) });
      });
      link.request(helloApi, correlationId, { ...caller, nonce, proof });
    });
  const callerNonce = random.bytes(nonceBytes);
  const listener = await ask(1, callerNonce, Buffer.alloc(0));
  const said = { ...caller, callerNonce, listenerNonce: listener.nonce };
  if (!isProof(listener.proof, peerProof(secret, 'listener', said)))
    throw new Error('what answers there does not know the secret of this cell');
  await ask(2, callerNonce, peerProof(secret, 'caller', said));
}
