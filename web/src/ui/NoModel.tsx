// What stands on a page that speaks of tables while none is connected.
import { Button, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { EmptyNote } from './EmptyNote';

export function NoModel() {
  return (
    <EmptyNote
      title="No tables are connected yet"
      action={
        <Button component={Link} to="/sources/model">
          Write a data model
        </Button>
      }
    >
      <Stack gap={4}>
        <Text>A data model names the tables and fields that rules may speak of.</Text>
        <Text>The command “muster init” drafts one from your own tables.</Text>
      </Stack>
    </EmptyNote>
  );
}
