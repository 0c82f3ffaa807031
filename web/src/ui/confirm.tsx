// Ask before what cannot be undone with one press.
import { Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import type { ReactNode } from 'react';

type Asked = {
  title: string;
  body: ReactNode;
  confirm: string;
  cancel?: string;
  onConfirm: () => void;
};

export const confirm = ({
  title,
  body,
  confirm: label,
  cancel = 'Keep',
  onConfirm,
}: Asked): void => {
  modals.openConfirmModal({
    title,
    children: typeof body === 'string' ? <Text>{body}</Text> : body,
    labels: { confirm: label, cancel },
    confirmProps: { color: 'red' },
    onConfirm,
  });
};
