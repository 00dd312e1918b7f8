import 'reflect-metadata';
import { Injectable, Module, type Type } from '@nestjs/common';
import { DiscoveryModule, NestFactory } from '@nestjs/core';
import { Stage, type StageProcessor } from '../stage';
import { StageRegistry, StageRegistryError } from './stage-registry';

class Nothing implements StageProcessor {
  async run(): Promise<void> {}
}
@Injectable()
@Stage('plan')
class PlanStage extends Nothing {}
@Injectable()
@Stage('look')
class LookStage extends Nothing {}
@Injectable()
@Stage('look')
class OtherLookStage extends Nothing {}
@Injectable()
@Stage('judge')
class JudgeStage extends Nothing {}
@Injectable()
@Stage('sweep')
class SweepStage extends Nothing {}
@Injectable()
@Stage('deliver')
class DeliverStage extends Nothing {}
@Injectable()
@Stage('erase')
class EraseStage extends Nothing {}
@Injectable()
@Stage('shadow')
class ShadowStage extends Nothing {}
@Injectable()
@Stage('rescan')
class RescanStage extends Nothing {}

/** Of every queue but `look`. */
const all = [PlanStage, JudgeStage, SweepStage, DeliverStage, EraseStage, ShadowStage, RescanStage];

async function processorsOf(providers: Type[]) {
  @Module({ imports: [DiscoveryModule], providers: [StageRegistry, ...providers] })
  class TestModule {}
  const app = await NestFactory.createApplicationContext(TestModule, { logger: false, abortOnError: false });
  try {
    return app.get(StageRegistry).processors();
  } finally {
    await app.close();
  }
}

describe('StageRegistry', () => {
  it('finds the one processor of every queue', async () => {
    const found = await processorsOf([...all, LookStage]);
    expect(found.look).toBeInstanceOf(LookStage);
    const queues = ['deliver', 'erase', 'judge', 'look', 'plan', 'rescan', 'shadow', 'sweep'];
    expect(Object.keys(found).sort()).toEqual(queues);
  });

  it('refuses a queue without a processor', async () => {
    await expect(processorsOf([PlanStage, LookStage, SweepStage])).rejects.toThrow(StageRegistryError);
    await expect(processorsOf([PlanStage, LookStage, SweepStage])).rejects.toThrow('"judge" has no processor');
  });

  it('refuses a queue with two', async () => {
    await expect(processorsOf([...all, LookStage, OtherLookStage])).rejects.toThrow('"look" has 2 processors');
  });
});
