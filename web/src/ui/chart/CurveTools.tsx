// The tools of a threshold curve: look closer, the numbers, and a file of them.
import { Group, Tooltip, UnstyledButton } from '@mantine/core';
import { IconChartLine, IconTable, IconTableExport, IconZoomIn } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import type { CurvePoint } from './curve';
import { saveCsv } from './files';
import classes from './ThresholdCurve.module.css';

type Props = {
  title: string;
  points: CurvePoint[];
  asTable: boolean;
  onTable: (asTable: boolean) => void;
  near: boolean;
  onNear: ((near: boolean) => void) | null;
};

export function CurveTools({ title, points, asTable, onTable, near, onNear }: Props) {
  const rows = () => [['Number', 'Size'], ...points.map(({ number, size }) => [number, size])];
  return (
    <Group gap={2} wrap="nowrap">
      {onNear && !asTable && (
        <Tool name="Look closer" title={title} pressed={near} onClick={() => onNear(!near)}>
          <IconZoomIn size={16} aria-hidden />
        </Tool>
      )}
      {asTable && (
        <Tool name="Download CSV" title={title} onClick={() => saveCsv(title, rows())}>
          <IconTableExport size={16} aria-hidden />
        </Tool>
      )}
      <Tool
        name={asTable ? 'View the curve' : 'View data'}
        title={title}
        pressed={asTable}
        onClick={() => onTable(!asTable)}
      >
        {asTable ? <IconChartLine size={16} aria-hidden /> : <IconTable size={16} aria-hidden />}
      </Tool>
    </Group>
  );
}

type ToolProps = {
  name: string;
  title: string;
  pressed?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function Tool({ name, title, pressed, onClick, children }: ToolProps) {
  return (
    <Tooltip label={name}>
      <UnstyledButton
        className={classes.view}
        aria-label={`${name}: ${title}`}
        aria-pressed={pressed}
        onClick={onClick}
      >
        {children}
      </UnstyledButton>
    </Tooltip>
  );
}
