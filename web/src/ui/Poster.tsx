// A segment as a poster: art made of its own numbers (sizes as ridges, its share as a sun, one
// telling attribute as bars), its name, its size and how it changed. The whole card is one link.
import { Group, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { type CSSProperties, type ReactNode, useId } from 'react';
import { count, percent, plural } from '@/lib/format';
import { Change } from './Change';
import { FreshChip } from './chips';
import classes from './Poster.module.css';
import {
  bars,
  colourOf,
  echo,
  type PosterBars,
  ridge,
  smoothArea,
  smoothLine,
  sunRadius,
} from './poster-art';

export type PosterData = {
  segment_id: number;
  name: string;
  title: string;
  sentence: string;
  row_count: number | null;
  share: number | null;
  entered: number | null;
  left: number | null;
  stale: boolean;
  sizes: number[];
  bars?: PosterBars | null;
};

type Props = {
  poster: PosterData;
  heading?: 'h2' | 'h3';
  /** What stands over the art: a checkbox, a mark. */
  over?: ReactNode;
};

export function Poster({ poster, heading: Heading = 'h3', over }: Props) {
  const { name, title, row_count, share, entered, left, stale, sizes } = poster;
  const style = { '--tint': colourOf(name) } as CSSProperties;
  return (
    <article className={classes.poster} style={style}>
      {over && <div className={classes.over}>{over}</div>}
      <Art poster={poster} />
      <div className={classes.body}>
        <Heading className={classes.title}>
          <Link
            to="/segments/$segmentId"
            params={{ segmentId: String(poster.segment_id) }}
            className={classes.link}
            title={poster.sentence}
          >
            {title}
          </Link>
        </Heading>
        <Group justify="space-between" align="flex-end" gap="xs" wrap="nowrap">
          <div>
            <Text fz={26} fw={800} lh={1.1} className="mu-numbers">
              {count(row_count)}
            </Text>
            <Text size="xs" c="dimmed">
              {row_count === null ? 'not refreshed yet' : `${percent(share)} of everyone`}
            </Text>
          </div>
          {(stale || row_count === null) && (
            <FreshChip stale={stale} refreshed={row_count !== null} />
          )}
        </Group>
        <Change entered={entered} left={left} versions={sizes.length} size="xs" />
      </div>
    </article>
  );
}

const SUN = { x: 244, y: 36 };
const MOST_UNLIKE = 4;
const WIDTH = 300;
const HEIGHT = 132;
const SKY = { width: WIDTH, top: 16, bottom: 74 };
const WHOLE = { width: WIDTH, top: 18, bottom: 112 };
const GROUND = { width: WIDTH, top: 84, bottom: HEIGHT };

/** Ridges above, bars below; with few versions the ridge is how unlike everyone the members are. */
function Art({ poster: { sizes, share, bars: attribute } }: { poster: PosterData }) {
  const id = useId();
  const parts = attribute?.parts ?? [];
  const sky = parts.length > 0 ? SKY : WHOLE;
  const story = sizes.length > 2 || parts.length < 3 ? sizes : parts.map(unlike);
  const front = ridge(story, sky);
  const layers = [echo(front, 3, 18), echo(front, 1, 9)];
  const last = front.at(-1);
  return (
    <svg
      className={classes.art}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={spoken(sizes, attribute)}
    >
      <defs>
        <linearGradient id={`${id}-fade`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="var(--tint)" stopOpacity="0.55" />
          <stop offset="1" stopColor="var(--tint)" stopOpacity="0" />
        </linearGradient>
      </defs>
      <circle cx={SUN.x} cy={SUN.y} r={sunRadius(share)} fill="var(--tint)" opacity="0.4" />
      {layers.map((layer, place) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: layers are drawn by their place
          key={place}
          d={smoothArea(layer, HEIGHT)}
          fill="var(--tint)"
          opacity={0.08 + place * 0.06}
        />
      ))}
      <path d={smoothArea(front, HEIGHT)} fill={`url(#${id}-fade)`} />
      <path
        d={smoothLine(front)}
        fill="none"
        stroke="var(--tint)"
        strokeWidth="2"
        vectorEffect="non-scaling-stroke"
      />
      {last && <circle cx={WIDTH - 4} cy={last.y} r="3.5" fill="var(--tint)" />}
      {bars(parts, GROUND).map(({ x, width, y, height, markY }) => (
        <g key={x}>
          <rect
            x={x}
            y={y}
            width={width}
            height={height}
            rx="2"
            fill="var(--tint)"
            opacity="0.85"
          />
          <rect x={x} y={markY - 1} width={width} height="2" fill="var(--mu-text)" opacity="0.75" />
        </g>
      ))}
    </svg>
  );
}

/** How much more, or less, common a part is among the members than among everyone. */
const unlike = ({ share, share_of_everyone }: PosterBars['parts'][number]): number =>
  share_of_everyone > 0 ? Math.min(MOST_UNLIKE, share / share_of_everyone) : 1;

const spoken = (sizes: number[], attribute: PosterBars | null | undefined): string => {
  const past =
    sizes.length > 1
      ? `${count(sizes[0])} to ${count(sizes.at(-1))} members in ${plural(sizes.length, 'version')}`
      : 'One size so far';
  if (!attribute) return past;
  const shares = attribute.parts.map(({ label, share }) => `${label} ${percent(share, 0)}`);
  return `${past}; ${attribute.label}: ${shares.join(', ')}`;
};
