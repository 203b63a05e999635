package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Transition;
import dev.mneme.core.spi.Modes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// The model's modes and transitions of one user. Guarded by the store's lock.
final class ModelModes {
    private final ModelOwner owner;
    private final TreeMap<String, ModeState> states = new TreeMap<>(ModelContexts.BY_BYTES);
    private final List<Transition> transitions = new ArrayList<>();

    ModelModes(ModelOwner owner) {
        this.owner = owner;
    }

    Outcome switchMode(Command.SwitchMode command, ModelOwner.Stamp stamp) {
        Optional<ModeState> before = find(command.instanceId());
        long version = before.map(ModeState::version).orElse(0L);
        if (stale(command.expectedVersion(), version)) {
            return conflict(before);
        }
        if (command.error() != null) {
            return new Outcome.Stored(MemoryEvent.ADD, transition(command, before, stamp));
        }
        boolean wasInspired = before.isPresent() && before.get().current() == Mode.INSPIRED;
        JsonObject kept = wasInspired
                ? JsonObject.EMPTY
                : before.map(ModeState::configuration).orElse(JsonObject.EMPTY);
        ModeState next = new ModeState(
                owner.owner().id(),
                command.instanceId(),
                command.to(),
                before.map(ModeState::current).orElse(command.from()),
                Optional.ofNullable(command.capabilities()).orElse(Capabilities.of(command.to())),
                Optional.ofNullable(command.configuration()).orElse(kept),
                stamp.at(),
                owner.head().sequence() + 1,
                stamp.at(),
                version + 1,
                switchIsLocalOnly(command, before, stamp));
        states.put(next.instanceId(), next);
        owner.tell(ChangeType.MODE_CHANGED, next.instanceId(), next, next.localOnly(), stamp);
        transition(command, before, stamp);
        return new Outcome.Stored(before.isPresent() ? MemoryEvent.UPDATE : MemoryEvent.ADD, next);
    }

    Outcome bring(ModeState imported, ModelOwner.Stamp stamp) {
        ModeState placed = imported.activatedBy(owner.head().sequence() + 1);
        ModeState there = states.putIfAbsent(imported.instanceId(), placed);
        if (there != null) {
            return new Outcome.Stored(MemoryEvent.NONE, there);
        }
        owner.tell(ChangeType.MODE_CHANGED, placed.instanceId(), placed, placed.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, placed);
    }

    Outcome bring(Transition imported, ModelOwner.Stamp stamp) {
        for (Transition there : transitions) {
            if (there.withSequence(0).equals(imported.withSequence(0))) {
                return new Outcome.Stored(MemoryEvent.NONE, there);
            }
        }
        Transition placed = imported.withSequence(owner.head().sequence() + 1);
        transitions.add(placed);
        owner.tell(ChangeType.TRANSITION_RECORDED, placed.instanceId(), placed, placed.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, placed);
    }

    private boolean switchIsLocalOnly(Command.SwitchMode command, Optional<ModeState> before, ModelOwner.Stamp stamp) {
        if (command.to() == Mode.INSPIRED) {
            return true;
        }
        if (!stamp.by().instance().equals(command.instanceId()) && owner.localOnly(stamp)) {
            return true;
        }
        return command.configuration() == null
                && before.filter(state -> state.current() != Mode.INSPIRED)
                        .filter(ModeState::localOnly)
                        .isPresent();
    }

    private Transition transition(Command.SwitchMode command, Optional<ModeState> before, ModelOwner.Stamp stamp) {
        Mode from = before.map(ModeState::current).orElse(command.from());
        Transition transition = new Transition(
                owner.owner().id(),
                command.instanceId(),
                from,
                command.to(),
                command.contextSnapshot(),
                command.durationMillis(),
                command.error() == null,
                command.error(),
                stamp.at(),
                owner.head().sequence() + 1,
                from == Mode.INSPIRED || command.to() == Mode.INSPIRED || owner.localOnly(stamp));
        transitions.add(transition);
        owner.tell(ChangeType.TRANSITION_RECORDED, transition.instanceId(), transition, transition.localOnly(), stamp);
        return transition;
    }

    Outcome configure(Command.ConfigureMode command, ModelOwner.Stamp stamp) {
        Optional<ModeState> before = find(command.instanceId());
        if (before.isEmpty()) {
            return new Outcome.Rejected(ErrorCode.NOT_FOUND, "no mode", null, null);
        }
        ModeState now = before.get();
        if (stale(command.expectedVersion(), now.version())) {
            return conflict(before);
        }
        ModeState next = new ModeState(
                now.userId(),
                now.instanceId(),
                now.current(),
                now.previous(),
                Optional.ofNullable(command.capabilities()).orElse(now.capabilities()),
                Optional.ofNullable(command.configurationPatch())
                        .map(now.configuration()::mergePatch)
                        .orElse(now.configuration()),
                now.activatedAt(),
                now.activatedBy(),
                stamp.at(),
                now.version() + 1,
                now.localOnly() || now.current() == Mode.INSPIRED || owner.localOnly(stamp));
        if (next.capabilities().equals(now.capabilities())
                && next.configuration().equals(now.configuration())) {
            return new Outcome.Stored(MemoryEvent.NONE, now);
        }
        states.put(next.instanceId(), next);
        owner.tell(ChangeType.MODE_CONFIGURED, next.instanceId(), next, next.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    private static boolean stale(long expected, long version) {
        return expected != Command.ANY_VERSION && expected != version;
    }

    private static Outcome conflict(Optional<ModeState> now) {
        return new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "outdated", null, now.orElse(null));
    }

    boolean inspired(String instanceId) {
        return find(instanceId).map(ModeState::current).orElse(null) == Mode.INSPIRED;
    }

    Optional<ModeState> find(String instanceId) {
        return Optional.ofNullable(states.get(instanceId));
    }

    List<ModeState> all() {
        return List.copyOf(states.values());
    }

    /// Oldest first.
    List<Transition> transitions() {
        return List.copyOf(transitions);
    }

    List<Transition> transitions(Modes.Query query) {
        return transitions.reversed().stream()
                .filter(each -> query.beforeSequence() == null || each.sequence() < query.beforeSequence())
                .filter(query::matches)
                .limit(query.limit())
                .toList();
    }
}
