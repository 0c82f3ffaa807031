// The tools of a chart: zoom, select, the range in fields, the table, and files to keep.
import { ActionIcon, Group, Menu, Tooltip } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconChartLine,
  IconDownload,
  IconPhoto,
  IconSelect,
  IconTable,
  IconTableExport,
  IconZoomIn,
  IconZoomOut,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './ChartFrame.module.css';
import { type Frame, wholeSpan, zoomed } from './data';
import { RangeFields } from './RangeFields';
import type { ChartState } from './useChart';

type Props = {
  title: string;
  frame: Frame;
  chart: ChartState;
  onPicture: () => void;
  onFile: () => void;
};

export function ChartTools({ title, frame, chart, onPicture, onFile }: Props) {
  const { asTable, brushing, window } = chart;
  const span = window ?? wholeSpan(frame);
  const zoom = (factor: number) => chart.setWindow(zoomed(frame, span, factor));
  const canNarrow = span[1] - span[0] > 2;
  return (
    <Group gap={2} wrap="nowrap" role="toolbar" aria-label={`Tools: ${title}`}>
      {!asTable && (
        <>
          <Tool name="Zoom in" disabled={!canNarrow} onClick={() => zoom(0.5)}>
            <IconZoomIn {...sign} />
          </Tool>
          <Tool name="Zoom out" disabled={window === null} onClick={() => zoom(2)}>
            <IconZoomOut {...sign} />
          </Tool>
          <Tool
            name="Select a part"
            pressed={brushing}
            onClick={() => chart.setBrushing(!brushing)}
          >
            <IconSelect {...sign} />
          </Tool>
        </>
      )}
      <RangeFields frame={frame} window={window} onWindow={chart.setWindow} />
      <Tool name="Reset" disabled={!chart.changed} onClick={chart.reset}>
        <IconArrowsMaximize {...sign} />
      </Tool>
      <Tool
        name={asTable ? 'View chart' : 'View data'}
        pressed={asTable}
        onClick={() => chart.setAsTable(!asTable)}
      >
        {asTable ? <IconChartLine {...sign} /> : <IconTable {...sign} />}
      </Tool>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon aria-label="Download">
            <IconDownload {...sign} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {!asTable && (
            <Menu.Item leftSection={<IconPhoto {...sign} />} onClick={onPicture}>
              PNG picture
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconTableExport {...sign} />} onClick={onFile}>
            CSV of what is shown
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </Group>
  );
}

const sign = { size: 17, stroke: 1.7, 'aria-hidden': true };

type ToolProps = {
  name: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
  children: ReactNode;
};

function Tool({ name, pressed, disabled, onClick, children }: ToolProps) {
  return (
    <Tooltip label={name}>
      <ActionIcon
        aria-label={name}
        aria-pressed={pressed}
        variant={pressed ? 'light' : 'subtle'}
        disabled={disabled}
        className={classes.tool}
        onClick={onClick}
      >
        {children}
      </ActionIcon>
    </Tooltip>
  );
}
