/** As no client made them, none changes them: there is nothing of them that a client could be told either. */
export const keysAreElsewhere =
  'Keys are made, rotated and removed in the console or over REST, and not by clients of the cluster.';
