import { redirect } from 'next/navigation';
import { session } from '../api/server.ts';

export default async function Start() {
  redirect((await session()) === null ? '/sign-in' : '/clusters');
}
