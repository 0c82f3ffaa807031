// What can be done with a channel.
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, unwrap } from '@/api/client';
import { ApiError } from '@/api/errors';
import { duration } from '@/lib/format';
import { toastDone, toastError } from '@/ui/toast';
import type { Secret } from '../parts/ShownOnce';
import { channelsQuery } from '../queries';
import type { Channel } from './ChannelsTab';

export const secretOf = (name: string, value: string): Secret => ({
  title: `Signing secret of ${name}`,
  sentence: 'The receiver checks with it that messages come from here and were not changed.',
  label: 'Secret',
  value,
});

export const useChannelWork = (channel: Channel, onSecret: (secret: Secret) => void) => {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries({ queryKey: channelsQuery.queryKey });
  const params = { path: { channel_id: channel.id } };
  const shared = { onError: toastError, onSettled: refresh };

  const test = useMutation({
    mutationFn: () => unwrap(api.POST('/api/channels/{channel_id}/test', { params })),
    onSuccess: ({ delivered, detail, code, seconds }) => {
      if (delivered) toastDone(`The test arrived after ${duration(seconds)}. ${detail}`);
      else
        toastError(
          new ApiError(
            200,
            { title: 'The test did not arrive.', hint: detail, code: code ?? undefined },
            null,
          ),
        );
    },
    ...shared,
  });
  const enable = useMutation({
    mutationFn: (enabled: boolean) =>
      unwrap(api.PATCH('/api/channels/{channel_id}', { params, body: { enabled } })),
    onSuccess: ({ enabled }) =>
      toastDone(`${channel.name} is ${enabled ? 'on' : 'off'}.`, {
        undo: () => enable.mutate(!enabled),
      }),
    ...shared,
  });
  const rotate = useMutation({
    mutationFn: () => unwrap(api.POST('/api/channels/{channel_id}/secret', { params })),
    onSuccess: ({ secret }) => secret && onSecret(secretOf(channel.name, secret)),
    ...shared,
  });
  const remove = useMutation({
    mutationFn: () => unwrap(api.DELETE('/api/channels/{channel_id}', { params })),
    onSuccess: () => toastDone(`The channel ${channel.name} is deleted.`),
    ...shared,
  });
  return { test, enable, rotate, remove };
};
