// One part of a settings tab: what it is about, what can be done, and what there is.
import { Box, Group, Stack, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useId, useRef } from 'react';

const SETTLED_MILLISECONDS = 300;
const LOADED_MILLISECONDS = 3000;

type Props = {
  title: string;
  description?: ReactNode;
  actions?: ReactNode;
  id?: string;
  children: ReactNode;
};

export function Section({ title, description, actions, id, children }: Props) {
  const named = useId();
  const section = useRef<HTMLDivElement>(null);
  // An address may lead to it. It comes later than the page, which is scrolled to its top first,
  // and what it shows comes later still.
  useEffect(() => {
    const here = section.current;
    if (here === null || !id || window.location.hash !== `#${id}`) return;
    const observer = new ResizeObserver(() => here.scrollIntoView());
    const begin = setTimeout(() => observer.observe(here), SETTLED_MILLISECONDS);
    const end = setTimeout(() => observer.disconnect(), LOADED_MILLISECONDS);
    return () => {
      clearTimeout(begin);
      clearTimeout(end);
      observer.disconnect();
    };
  }, [id]);
  return (
    <Stack
      component="section"
      gap="sm"
      aria-labelledby={named}
      id={id}
      ref={section}
      style={{ scrollMarginTop: 'calc(var(--mu-bar) + 1rem)' }}
    >
      <Group justify="space-between" align="flex-end" gap="sm">
        <Box flex="1 1 20rem">
          <Title order={2} id={named}>
            {title}
          </Title>
          {description && (
            <Text size="sm" c="dimmed" mt={2} component="div">
              {description}
            </Text>
          )}
        </Box>
        {actions}
      </Group>
      {children}
    </Stack>
  );
}
