import { getContainerRuntimeClient, ImageName } from "testcontainers";

/** What containers are made of. Whoever cannot pull names an image that the engine already has. */
export const REDIS_IMAGE = process.env.MIROIR_TEST_REDIS_IMAGE ?? "redis:7-alpine";

/**
 * Why no Redis can be started in a container here, or undefined when one can: a Docker engine answers (DOCKER_HOST, else
 * the usual sockets), and it has the image, pulled now if need be.
 */
export async function whyNoContainer(): Promise<string | undefined> {
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (client === undefined) return "no Docker engine answers";
  const image = ImageName.fromString(REDIS_IMAGE);
  try {
    await client.image.pull(image);
    // A pull that breaks off ends like one that is complete.
    return (await client.image.exists(image)) ? undefined : `the Docker engine could not pull ${REDIS_IMAGE}`;
  } catch (error) {
    return `the Docker engine could not pull ${REDIS_IMAGE}: ${error instanceof Error ? error.message : error}`;
  }
}
