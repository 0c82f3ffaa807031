// What happened, newest first; a press reads one and goes to what it is about.
import { Button, Group, ScrollArea, SegmentedControl, Text } from '@mantine/core';
import {
  IconAlertTriangle,
  IconBellOff,
  IconChecks,
  IconInfoCircle,
  IconPointFilled,
} from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, unwrap } from '@/api/client';
import { ago, moment } from '@/lib/format';
import { StateView } from '@/ui/StateView';
import { toastError } from '@/ui/toast';
import panel from './BarPanel.module.css';
import classes from './Bell.module.css';
import { idOf, type Notice, noticesQuery, wayTo } from './notices';

export function NoticePanel({ close }: { close: () => void }) {
  const [unread, setUnread] = useState(false);
  const notices = useQuery(noticesQuery(unread));
  const { open, readAll } = useReading(close);
  const newest = notices.data?.items[0]?.id;
  return (
    <>
      <Group justify="space-between" px={6} py={4} gap="xs">
        <SegmentedControl
          size="xs"
          aria-label="Which notifications"
          value={unread ? 'unread' : 'all'}
          onChange={(which) => setUnread(which === 'unread')}
          data={[
            { value: 'all', label: 'All' },
            { value: 'unread', label: 'Unread' },
          ]}
        />
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconChecks size={16} aria-hidden />}
          disabled={!notices.data?.unread || newest === undefined}
          onClick={() => readAll.mutate(newest)}
        >
          Mark all as read
        </Button>
      </Group>
      <ScrollArea.Autosize mah="60dvh" type="auto">
        <StateView
          query={notices}
          isEmpty={(data) => data.items.length === 0}
          empty={<Nothing unread={unread} />}
        >
          {(data) => data.items.map((one) => <Line key={one.id} notice={one} open={open} />)}
        </StateView>
      </ScrollArea.Autosize>
      <hr className={panel.line} />
      <Text size="sm" c="dimmed" px={10} py={4}>
        <Link to="/settings/$tab" params={{ tab: 'notifications' }} onClick={close}>
          Send them to a webhook or by e-mail
        </Link>
      </Text>
    </>
  );
}

function useReading(close: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const refresh = () => queries.invalidateQueries({ queryKey: ['notifications'] });
  const readAll = useMutation({
    mutationFn: (up_to: number | undefined) =>
      unwrap(api.POST('/api/notifications/read-all', { params: { query: { up_to } } })),
    onSuccess: refresh,
    onError: toastError,
  });
  const open = async (notice: Notice) => {
    const path = { notification_id: notice.id };
    try {
      if (!notice.read)
        await unwrap(api.POST('/api/notifications/{notification_id}/read', { params: { path } }));
      void refresh();
      const way = wayTo(notice.subject);
      if (way === null) return;
      if (way.kind === 'run') await navigate({ to: '/runs/$runId', params: { runId: way.id } });
      else if (way.kind === 'tab')
        await navigate({ to: '/settings/$tab', params: { tab: way.tab } });
      else await toNamed(way.kind, way.name);
      close();
    } catch (error) {
      toastError(error);
    }
  };
  const toNamed = async (kind: 'segment' | 'rule', name: string) => {
    const id = await idOf(kind, name);
    if (id === null) await navigate({ to: kind === 'rule' ? '/rules' : '/segments' });
    else if (kind === 'rule')
      await navigate({ to: '/rules/edit/$ruleId', params: { ruleId: String(id) } });
    else await navigate({ to: '/segments/$segmentId', params: { segmentId: String(id) } });
  };
  return { open, readAll };
}

const SIGNS = {
  info: <IconInfoCircle size={18} color="var(--mu-info)" aria-label="Information" />,
  warning: <IconAlertTriangle size={18} color="var(--mu-warn)" aria-label="Warning" />,
  error: <IconAlertTriangle size={18} color="var(--mu-bad)" aria-label="Error" />,
};

function Line({ notice, open }: { notice: Notice; open: (notice: Notice) => void }) {
  return (
    <button
      type="button"
      className={`${panel.row} ${classes.notice}`}
      onClick={() => void open(notice)}
    >
      {SIGNS[notice.severity]}
      <Text span size="sm" fw={notice.read ? 400 : 700}>
        {notice.title}
      </Text>
      {notice.read ? (
        <span />
      ) : (
        <IconPointFilled size={14} color="var(--mu-brand)" aria-label="Unread" />
      )}
      <Text span size="sm" c="dimmed">
        {notice.body}
      </Text>
      <Text
        span
        size="xs"
        c="dimmed"
        component="time"
        dateTime={notice.at}
        title={moment(notice.at)}
      >
        {ago(notice.at)}
      </Text>
    </button>
  );
}

function Nothing({ unread }: { unread: boolean }) {
  return (
    <Group p="md" gap="xs" wrap="nowrap">
      <IconBellOff size={18} aria-hidden />
      <Text size="sm" c="dimmed">
        {unread
          ? 'You have read everything.'
          : 'Nothing happened yet. Failed runs, segments that shrink or grow, and approvals appear here.'}
      </Text>
    </Group>
  );
}
