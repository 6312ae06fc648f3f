export const brokerIds = [1, 2, 3] as const;
export const topic = 'orders';
export const partitions = [0, 1, 2] as const;
