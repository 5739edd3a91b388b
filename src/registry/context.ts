import "reflect-metadata";
import { type DependencyContainer, type InjectionToken, container as rootContainer } from "tsyringe";
import type { Kind, SlotValue } from "./component.js";
import type { Part, Registry } from "./registry.js";

/** Receives lines for the person at the keyboard: facts, and warnings that must be seen. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
}

/** What holds for the whole run. */
export interface RunSettings {
  /** Every random stream derives from it. */
  readonly seed: number;
  /** How many threads an engine may use. */
  readonly threads: number;
}

/** A typed key under which a task's container holds a shared thing. */
export type Token<T> = InjectionToken<T> & { readonly type?: T };

export const LOG: Token<Log> = Symbol("log");
const SETTINGS: Token<RunSettings> = Symbol("settings");

/**
 * What components are built with: the registry and one dependency-injection container for the task.
 * Whatever must be shared within a task (settings, log, pretrained vectors) is resolved here.
 */
export class Context {
  readonly #container: DependencyContainer;
  /** The context of the whole task, where shared things stand. */
  readonly #root: Context;

  /** @param place the name of one of several tasks, in front of its parameters' names; "" for the only one */
  constructor(
    readonly registry: Registry,
    services: { readonly log: Log; readonly settings: RunSettings },
    readonly place = "",
    parent?: Context,
  ) {
    this.#root = parent === undefined ? this : parent.#root;
    this.#container = (parent === undefined ? rootContainer : parent.#container).createChildContainer();
    this.#container.register(LOG, { useValue: services.log });
    this.#container.register(SETTINGS, { useValue: services.settings });
  }

  get log(): Log {
    return this.#container.resolve<Log>(LOG);
  }

  get settings(): RunSettings {
    return this.#container.resolve<RunSettings>(SETTINGS);
  }

  /** The context of one of several tasks that are trained together: what it provides is its own, its lines in the log begin with its name. */
  child(place: string): Context {
    const { log, settings } = this;
    const own: Log = {
      info: (line) => log.info(`${place}: ${line}`),
      warn: (line) => log.warn(`${place}: ${line}`),
    };
    const whole = this.place === "" ? place : `${this.place}.${place}`;
    return new Context(this.registry, { log: own, settings }, whole, this);
  }

  /** The component and config behind a slot. */
  part<K extends Kind>(kind: K, value: SlotValue<K>): Part<K> {
    return this.registry.part(kind, value);
  }

  /** Makes a value available to every component of this task under a token. */
  provide<T>(token: Token<T>, value: T): void {
    this.#container.register<T>(token as InjectionToken<T>, { useValue: value });
  }

  /** The value under a token, or undefined when nobody provided it. */
  find<T>(token: Token<T>): T | undefined {
    return this.#container.isRegistered(token as InjectionToken<T>, true)
      ? this.#container.resolve<T>(token as InjectionToken<T>)
      : undefined;
  }

  /** The one thing of that token in all tasks that are trained together, made when it is asked for first. */
  shared<T extends object>(token: Token<T>, make: () => T): T {
    const known = this.#root.find(token);
    if (known !== undefined) return known;
    const made = make();
    this.#root.provide(token, made);
    return made;
  }
}
