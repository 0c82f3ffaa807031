// The corners of an area, as numbers.
import { ActionIcon, Button, Stack } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { DegreesField } from './DegreesField';
import classes from './Fields.module.css';

type Corner = [number | string, number | string];
type Props = { corners: Corner[]; onChange: (corners: Corner[], part: string) => void };

const FEWEST = 3;

/** A new corner: half way between the last and the first. */
const between = (corners: Corner[]): Corner => {
  const [first, last] = [corners[0] ?? [0, 0], corners.at(-1) ?? [0, 0]];
  const half = (place: 0 | 1) =>
    Math.round(((Number(first[place]) + Number(last[place])) / 2) * 1e4) / 1e4;
  return [half(0), half(1)];
};

export function CornerFields({ corners, onChange }: Props) {
  const write = (at: number, corner: Corner, part: string) =>
    onChange(
      corners.map((one, place) => (place === at ? corner : one)),
      `corner ${at} ${part}`,
    );
  return (
    <Stack gap={4} role="group" aria-label="Corners">
      {corners.map(([lat, lon], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a corner is its place in the outline
        <div key={at} className={classes.line}>
          <span className={classes.says}>{at + 1}</span>
          <DegreesField
            label={`Latitude of corner ${at + 1}`}
            most={90}
            value={lat}
            onChange={(next) => write(at, [next, lon], 'lat')}
          />
          <DegreesField
            label={`Longitude of corner ${at + 1}`}
            most={180}
            value={lon}
            onChange={(next) => write(at, [lat, next], 'lon')}
          />
          <ActionIcon
            size={24}
            aria-label={`Remove corner ${at + 1}`}
            disabled={corners.length <= FEWEST}
            onClick={() =>
              onChange(
                corners.filter((_, place) => place !== at),
                'corners',
              )
            }
          >
            <IconX size={14} aria-hidden />
          </ActionIcon>
        </div>
      ))}
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        w="fit-content"
        leftSection={<IconPlus size={14} aria-hidden />}
        onClick={() => onChange([...corners, between(corners)], 'corners')}
      >
        Add corner
      </Button>
    </Stack>
  );
}
