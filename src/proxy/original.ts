import { representationFor } from '../aws/apigateway/accepted-representation.ts';
import { namesInPath } from '../aws/apigateway/listing.ts';
import type { Alteration, Recording } from '../aws/apigateway/operation.ts';
import type { Identified } from '../aws/apigateway/operations.ts';
import { type PlannedAnswer, plannedRendering } from '../aws/apigateway/planned-answer.ts';
import type { Call } from '../call.ts';
import type { Interaction } from '../cassette/format.ts';
import type { Original } from '../chaos/effect.ts';
import type { Session } from '../sessions/session.ts';

/** What a call is to be looked at with. */
interface Asking {
  readonly call: Pick<Call, 'accept' | 'target'>;
  readonly session: Pick<Session, 'player' | 'sent'>;
  readonly asked: Identified;
  readonly region: string | undefined;
}

/** What a call would be answered with if no fault answered it. Nothing is worked out before it is asked for. */
export function originalOf({ call, session, asked, region }: Asking, interaction?: Interaction): Original {
  const takeAt = (placesBack: number): Recording | undefined => {
    const take = interaction && session.player.peek(interaction, region, placesBack);
    if (take === undefined || asked.key === undefined) return undefined;
    // What is broken or altered is what the client would have got: with what it sent itself, as in every replay.
    return { ...take, content: session.sent.restore(asked.key, take.content) };
  };
  const render = (recording: Recording): PlannedAnswer | undefined => {
    if (asked.key === undefined) return undefined;
    const representation = representationFor(asked.operation, call.accept);
    const rendering = asked.operation.render(recording, asked.key, representation);
    return rendering && plannedRendering(recording.status, rendering);
  };
  return {
    answer: () => {
      const recording = takeAt(0) ?? asked.operation?.nothing;
      return (recording && render(recording)) ?? plannedRendering(200, NOTHING);
    },
    earlier: (places) => {
      const recording = takeAt(places);
      return recording && render(recording);
    },
    altered: (alteration: Alteration) => {
      const recording = takeAt(0);
      if (recording === undefined || asked.key === undefined) return undefined;
      const altered = asked.operation.alter(recording, asked.key, alteration);
      return altered && render(altered);
    },
    hasItem: (name) => {
      // Programs that read things one by one name them. [Terraform does]
      if (namesInPath(call.target, name)) return true;
      const recording = takeAt(0);
      return recording !== undefined && asked.operation?.lists(recording, name) === true;
    },
  };
}

/** What is said of an operation that restage does not understand. */
const NOTHING = { contentType: 'application/json', body: '{}\n' };
