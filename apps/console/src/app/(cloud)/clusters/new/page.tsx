import type { Metadata } from 'next';
import { CreateClusterForm } from '../../../../clusters/create-cluster-form.tsx';

export const metadata: Metadata = { title: 'Create a cluster' };

export default function NewClusterPage() {
  return (
    <div className="mx-auto grid max-w-3xl gap-5">
      <div>
        <h1 className="text-xl font-semibold">Create a cluster</h1>
        <p className="text-ink-soft">It is ready by the time the next page has loaded.</p>
      </div>
      <CreateClusterForm />
    </div>
  );
}
