/** A canary: unique to its flow, and of a shape that no text holds by chance. `fg-RUN-ITERATION`, or `…-wN` in warm-up. */
export const TOKEN = /\bfg-[0-9a-f]{12}-w?\d+\b/g;
