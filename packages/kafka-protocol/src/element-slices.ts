/** Elements of arrays that a codec goes over before it stops: about a tenth of a millisecond. */
export const elementsPerSlice = 256;

/** What a sliced codec does after each element; `steps` counts them over all arrays of the message. */
export const sliceEnd = `if (++steps === ${elementsPerSlice}) { steps = 0; yield; }`;
