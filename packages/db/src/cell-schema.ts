/**
 * The Postgres schema of a cell's store: it follows from the cell's id, so that whoever knows the one reaches the other.
 * Throws RangeError for what is no id of a cell that this product made: the name becomes part of statements.
 */
export const schemaOfCell = (cellId: string): string => {
  const [, name] = /^cell-([a-z0-9]{10})$/.exec(cellId) ?? [];
  if (name === undefined) throw new RangeError(`not the id of a cell: ${cellId}`);
  return `cell_${name}`;
};
