import { type QueueName, queueNames } from '@assay/pipeline';
import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Stage, type StageProcessor } from '../stage';

/** The worker's processors do not match the queues: a mistake of the programmer, found before any job is taken. */
export class StageRegistryError extends Error {
  override readonly name = 'StageRegistryError';
}

/** Finds the classes marked with `@Stage(...)`. */
@Injectable()
export class StageRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @throws StageRegistryError unless every queue has exactly one processor */
  processors(): Record<QueueName, StageProcessor> {
    const found = this.discovery.getProviders({ metadataKey: Stage.KEY }).map((wrapper) => ({
      queue: this.discovery.getMetadataByDecorator(Stage, wrapper),
      processor: wrapper.instance as StageProcessor,
    }));
    const one = (name: QueueName): StageProcessor => {
      const [processor, ...more] = found.filter(({ queue }) => queue === name).map((entry) => entry.processor);
      if (!processor) throw new StageRegistryError(`The queue "${name}" has no processor.`);
      if (more.length > 0) throw new StageRegistryError(`The queue "${name}" has ${more.length + 1} processors.`);
      return processor;
    };
    const known: readonly string[] = queueNames;
    const stray = found.find(({ queue }) => queue === undefined || !known.includes(queue));
    if (stray)
      throw new StageRegistryError(
        `A processor is declared for the queue "${stray.queue}", which is not in the catalogue.`,
      );
    return {
      plan: one('plan'),
      look: one('look'),
      judge: one('judge'),
      sweep: one('sweep'),
      deliver: one('deliver'),
      erase: one('erase'),
      shadow: one('shadow'),
      rescan: one('rescan'),
    };
  }
}
