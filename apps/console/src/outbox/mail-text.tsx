/** A mail as plain text, whose addresses can be followed. */
export function MailText({ text }: { readonly text: string }) {
  const parts = text.split(/(https?:\/\/\S+)/);
  return (
    <div className="px-4 py-3 break-words whitespace-pre-wrap">
      {parts.map((part, at) =>
        at % 2 === 0 ? (
          part
        ) : (
          <a
            key={part}
            href={part}
            className="font-medium break-all text-accent underline underline-offset-2"
          >
            {part}
          </a>
        ),
      )}
    </div>
  );
}
