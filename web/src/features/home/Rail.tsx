// A row of cards that scrolls sideways by hand, by keys, or a page at a time by its arrows.
import { ActionIcon, Group, Title } from '@mantine/core';
import { IconChevronLeft, IconChevronRight } from '@tabler/icons-react';
import { Children, type ReactNode, useCallback, useEffect, useId, useRef, useState } from 'react';
import classes from './home.module.css';

const PAGE = 0.85;
const SLACK = 4;

export function Rail({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState({ start: true, end: true });
  const look = useCallback(() => {
    const box = list.current;
    if (box === null) return;
    setEnds({
      start: box.scrollLeft <= SLACK,
      end: box.scrollLeft + box.clientWidth >= box.scrollWidth - SLACK,
    });
  }, []);
  useEffect(() => {
    const box = list.current;
    if (box === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(box);
    look();
    return () => observer.disconnect();
  }, [look]);
  const move = (way: 1 | -1) => {
    const box = list.current;
    const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
    box?.scrollBy({
      left: way * box.clientWidth * PAGE,
      behavior: still ? 'auto' : 'smooth',
    });
  };
  return (
    <section aria-labelledby={id}>
      <Group justify="space-between" mb="xs" wrap="nowrap">
        <Title order={2} id={id}>
          {title}
        </Title>
        {!(ends.start && ends.end) && (
          <Group gap={4} wrap="nowrap">
            <ActionIcon
              variant="default"
              aria-label={`Back in “${title}”`}
              disabled={ends.start}
              onClick={() => move(-1)}
            >
              <IconChevronLeft size={18} aria-hidden />
            </ActionIcon>
            <ActionIcon
              variant="default"
              aria-label={`Further in “${title}”`}
              disabled={ends.end}
              onClick={() => move(1)}
            >
              <IconChevronRight size={18} aria-hidden />
            </ActionIcon>
          </Group>
        )}
      </Group>
      <ul ref={list} className={classes.rail} onScroll={look} aria-labelledby={id}>
        {Children.map(children, (child) => (
          <li>{child}</li>
        ))}
      </ul>
    </section>
  );
}
