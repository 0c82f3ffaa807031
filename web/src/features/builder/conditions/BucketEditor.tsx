// A stable random share: the same people each time, by the name of the split.
import { RangeSlider, TextInput } from '@mantine/core';
import type { Leaf, LeafOf } from '../tree/types';
import classes from './Fields.module.css';
import { NumberField } from './NumberField';
import { useSet } from './set';
import { percentOf, shareOf } from './shares';

export function BucketEditor({ leaf: given }: { leaf: Leaf }) {
  const leaf = given as LeafOf<'bucket'>;
  const set = useSet(leaf);
  const { salt, from = 0, to = 1 } = leaf.value.bucket;
  const write = (said: object, part: string) => set({ bucket: { salt, from, to, ...said } }, part);
  const [low, high] = [percentOf(from), percentOf(to)];
  return (
    <>
      <span className={classes.says}>in the random share from</span>
      <NumberField
        label="Share from, percent"
        type="decimal"
        unit="%"
        value={low}
        onChange={(next) => next !== undefined && write({ from: shareOf(next) }, 'from')}
      />
      <span className={classes.says}>to</span>
      <NumberField
        label="Share to, percent"
        type="decimal"
        unit="%"
        value={high}
        onChange={(next) => next !== undefined && write({ to: shareOf(next) }, 'to')}
      />
      <RangeSlider
        w={180}
        maw="100%"
        size="sm"
        color="gray"
        label={null}
        minRange={1}
        thumbFromLabel="Share from, slider"
        thumbToLabel="Share to, slider"
        value={[Number(low), Number(high)]}
        onChange={([nextLow, nextHigh]) =>
          write({ from: shareOf(nextLow), to: shareOf(nextHigh) }, 'range')
        }
      />
      <span className={classes.says}>of the split</span>
      <span data-value>
        <TextInput
          size="xs"
          className={classes.fit}
          aria-label="Name of the split"
          autoComplete="off"
          value={salt}
          onChange={(event) => write({ salt: event.currentTarget.value }, 'salt')}
        />
      </span>
    </>
  );
}
