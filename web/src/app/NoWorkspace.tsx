// The first start: there is nothing to show yet, and how to get something.
import { Code, Container, List, Stack, Text, Title } from '@mantine/core';

export function NoWorkspace() {
  return (
    <Container size="sm" py="xl" component="main">
      <Stack>
        <Title order={1}>Welcome to Muster</Title>
        <Text>There is no workspace that you may enter yet.</Text>
        <List spacing="sm">
          <List.Item>
            <Code>muster demo</Code> makes three with generated data, to try everything out.
          </List.Item>
          <List.Item>
            <Code>muster init</Code> drafts a data model from your own tables.
          </List.Item>
          <List.Item>Somebody else runs this server? Ask an admin for an invitation.</List.Item>
        </List>
      </Stack>
    </Container>
  );
}
