import { type Static, Type } from "typebox";
import type { CheckProblem } from "../../registry/component.js";
import { type Problem, throwIfAny } from "../../registry/errors.js";
import type { ParameterEntry } from "./contracts.js";
import { matchParameters, PATTERN_SYNTAX } from "./parameter-match.js";

/** The config key `parameter_groups` of every optimizer. */
export const parameterGroups = Type.Array(
  Type.Object({
    match: Type.String({ minLength: 1, default: "**", description: PATTERN_SYNTAX }),
    lr: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      default: null,
      description: "Learning rate of the group, in place of the optimizer's; the schedule applies to it too.",
    }),
    lr_multiplier: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      default: null,
      description: "Learning rate of the group as a multiple of the optimizer's. Not together with `lr`.",
    }),
    weight_decay: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
      default: null,
      description: "Weight decay of the group, in place of the optimizer's.",
    }),
  }),
  {
    default: [],
    description:
      "Learning rate and weight decay for some parameters. A parameter belongs to the first group whose pattern matches it.",
  },
);

/** The config of `parameter_groups`. */
export type ParameterGroups = Static<typeof parameterGroups>;

/** The rule between a group's keys, for the `check` of every optimizer. */
export function checkGroups(config: { readonly parameter_groups: ParameterGroups }): CheckProblem[] {
  return config.parameter_groups.flatMap(({ lr, lr_multiplier }, index) =>
    lr === null || lr_multiplier === null
      ? []
      : [{ path: `parameter_groups[${index}]`, message: "give lr or lr_multiplier, not both" }],
  );
}

/** What a group decides for a parameter. */
export interface GroupSettings {
  readonly lr: number;
  readonly weightDecay: number;
}

/**
 * The settings of each trainable parameter, by name; parameters in no group get `defaults`.
 * Throws `PTX_CONFIG_VALUE` for a group that no trainable parameter falls into (no match, or all taken by earlier groups).
 * `where` is the place of the optimizer in messages.
 */
export function resolveGroups(
  groups: ParameterGroups,
  defaults: GroupSettings,
  parameters: readonly ParameterEntry[],
  where: string,
): Map<string, GroupSettings> {
  const names = parameters.filter((parameter) => parameter.trainable).map((parameter) => parameter.name);
  const place = (index: number): string => `${where}  parameter_groups[${index}]`;
  const matched = matchParameters(
    groups.map((group) => group.match),
    names,
    (index) => `${place(index)}.match`,
  );
  const settings = new Map<string, GroupSettings>();
  const problems: Problem[] = [];
  groups.forEach((group, index) => {
    const own = {
      lr: group.lr ?? defaults.lr * (group.lr_multiplier ?? 1),
      weightDecay: group.weight_decay ?? defaults.weightDecay,
    };
    const added = matched[index]!.filter((name) => !settings.has(name));
    if (added.length === 0) {
      problems.push({
        code: "PTX_CONFIG_VALUE",
        where: `${place(index)}.match`,
        message: `every parameter that "${group.match}" matches belongs to an earlier group; put the narrower pattern first`,
      });
    }
    for (const name of added) settings.set(name, own);
  });
  throwIfAny(problems);
  for (const name of names) if (!settings.has(name)) settings.set(name, defaults);
  return settings;
}
