// Shares from 0 to 1 as percents, without what floating point would add.

const SCALE = 1e12;
const tidy = (value: number): number => Math.round(value * SCALE) / SCALE;

/** 0.125 -> "12.5". */
export const percentOf = (share: number | string): string => String(tidy(Number(share) * 100));

/** "12.5" -> 0.125. */
export const shareOf = (percent: number | string): number => tidy(Number(percent) / 100);
