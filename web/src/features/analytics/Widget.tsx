// The frame of a chart: what it shows, the orders and the people behind its parts, all its numbers.
import { Button, Card, Group, Menu, Stack, Text, Title } from '@mantine/core';
import { IconFileTypeCsv, IconListSearch, IconUsersPlus } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useId } from 'react';
import { useWorkspace } from '@/api/session';
import { save } from '@/ui/chart/files';
import { toastError } from '@/ui/toast';
import classes from './Analytics.module.css';
import type { Asked, Part } from './logic';
import { type Widget as Name, widgetCsv } from './queries';

type Props = {
  name: Name;
  title: string;
  description?: ReactNode;
  parts: Part[];
  asked: Asked;
  range?: { from: string; to: string };
  /** Beside the title. */
  controls?: ReactNode;
  children: ReactNode;
};

export function Widget({ title, description, parts, controls, children, ...asked }: Props) {
  const id = useId();
  const ruled = parts.filter(({ rule }) => rule !== null);
  return (
    <Card component="section" aria-labelledby={id} className={classes.widget}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" gap="sm">
          <div className={classes.title}>
            <Title order={2} id={id}>
              {title}
            </Title>
            {description && (
              <Text size="sm" c="dimmed" component="div">
                {description}
              </Text>
            )}
          </div>
          <Group gap="xs">
            {controls}
            <Rows parts={parts} title={title} />
            <Audience parts={ruled} title={title} />
            <AllNumbers title={title} {...asked} />
          </Group>
        </Group>
        {children}
      </Stack>
    </Card>
  );
}

const sign = { size: 16, stroke: 1.7, 'aria-hidden': true };

function Rows({ parts, title }: { parts: Part[]; title: string }) {
  const [only] = parts;
  if (only === undefined) return null;
  const face = { variant: 'default', size: 'xs', leftSection: <IconListSearch {...sign} /> };
  if (parts.length === 1)
    return (
      <Button
        {...face}
        renderRoot={(props) => <Link to="/orders" search={{ q: only.query }} {...props} />}
      >
        Open the rows
      </Button>
    );
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <Button {...face} aria-label={`Open the rows: ${title}`}>
          Open the rows
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {parts.map((part) => (
          <Menu.Item
            key={part.key}
            renderRoot={(props) => <Link to="/orders" search={{ q: part.query }} {...props} />}
          >
            <Choice part={part} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

function Audience({ parts, title }: { parts: Part[]; title: string }) {
  const { can } = useWorkspace();
  const [only] = parts;
  if (only === undefined || !can('edit')) return null;
  const face = { variant: 'default', size: 'xs', leftSection: <IconUsersPlus {...sign} /> };
  if (parts.length === 1)
    return (
      <Button
        {...face}
        renderRoot={(props) => <Link to="/rules/new" search={searchOf(only)} {...props} />}
      >
        Save as audience
      </Button>
    );
  return (
    <Menu position="bottom-start" width={280}>
      <Menu.Target>
        <Button {...face} aria-label={`Save as audience: ${title}`}>
          Save as audience
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {parts.map((part) => (
          <Menu.Item
            key={part.key}
            renderRoot={(props) => <Link to="/rules/new" search={searchOf(part)} {...props} />}
          >
            <Choice part={part} />
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

const searchOf = ({ rule }: Part) => ({ definition: rule?.definition, title: rule?.title });

function Choice({ part }: { part: Part }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap="md">
      <span>{part.label}</span>
      <Text span size="sm" c="dimmed" className="mu-numbers">
        {part.detail}
      </Text>
    </Group>
  );
}

type AllProps = Pick<Props, 'name' | 'asked' | 'range' | 'title'>;

function AllNumbers({ name, asked, range, title }: AllProps) {
  const { can } = useWorkspace();
  if (!can('export')) return null;
  const take = async () => {
    try {
      const file = await widgetCsv(name, asked, range ?? null);
      save(file, `${name}${asked.day ? `-${asked.day}` : ''}.csv`);
    } catch (error) {
      toastError(error);
    }
  };
  return (
    <Button
      variant="default"
      size="xs"
      leftSection={<IconFileTypeCsv {...sign} />}
      aria-label={`All numbers as CSV: ${title}`}
      onClick={() => void take()}
    >
      CSV
    </Button>
  );
}
