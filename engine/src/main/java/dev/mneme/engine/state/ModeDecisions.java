package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.Capabilities;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.Json.JsonObject;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Mode;
import dev.mneme.core.model.ModeState;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.Transition;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import org.jspecify.annotations.Nullable;

/// What commands do to the modes of a user's instances.
final class ModeDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final Provenance by;

    ModeDecisions(Entry entry, OwnerState owner, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.by = by;
    }

    /// A switch is two changes, the mode's and its transition's; one that failed is the transition alone.
    Outcome switchMode(Command.SwitchMode command) {
        ModeState now = state(command.instanceId());
        Rejected stale = stale(now, command.expectedVersion());
        if (stale != null) {
            return stale;
        }
        if (command.error() != null) {
            return new Outcome.Stored(MemoryEvent.ADD, record(command, now));
        }
        ModeState next = new ModeState(
                owner.owner().id(),
                command.instanceId(),
                command.to(),
                now == null ? command.from() : now.current(),
                command.capabilities() == null ? Capabilities.of(command.to()) : command.capabilities(),
                configuration(command, now),
                entry.at(),
                owner.nextSequence(),
                entry.at(),
                now == null ? 1 : now.version() + 1,
                localOnly(command, now));
        put(next);
        owner.change(ChangeType.MODE_CHANGED, by, next);
        record(command, now);
        return new Outcome.Stored(now == null ? MemoryEvent.ADD : MemoryEvent.UPDATE, next);
    }

    /// What was configured while `inspired` is local only, so a switch away from there, which is
    /// announced, leaves it behind.
    private static JsonObject configuration(Command.SwitchMode command, @Nullable ModeState now) {
        if (command.configuration() != null) {
            return command.configuration();
        }
        return now == null || now.current() == Mode.INSPIRED ? JsonObject.EMPTY : now.configuration();
    }

    /// A configuration that is given belongs to the mode that begins, unless another instance gives it
    /// while that is `inspired`; one that is kept stays what it was.
    private boolean localOnly(Command.SwitchMode command, @Nullable ModeState now) {
        boolean byAnother = !by.instance().equals(command.instanceId());
        if (command.to() == Mode.INSPIRED || (byAnother && owner.inspired(by.instance()))) {
            return true;
        }
        if (command.configuration() != null || now == null || now.current() == Mode.INSPIRED) {
            return false;
        }
        return now.localOnly();
    }

    private Transition record(Command.SwitchMode command, @Nullable ModeState before) {
        boolean inspired = command.to() == Mode.INSPIRED || (before != null && before.current() == Mode.INSPIRED);
        long sequence = owner.nextSequence();
        Transition transition = new Transition(
                owner.owner().id(),
                command.instanceId(),
                before == null ? command.from() : before.current(),
                command.to(),
                command.contextSnapshot(),
                command.durationMillis(),
                command.error() == null,
                command.error(),
                entry.at(),
                sequence,
                inspired || owner.inspired(by.instance()));
        owner.change(ChangeType.TRANSITION_RECORDED, by, transition);
        entry.rows().insert(Keys.transition(owner.hash(), sequence), Rows.encode(transition));
        return transition;
    }

    Outcome configure(Command.ConfigureMode command) {
        ModeState now = state(command.instanceId());
        if (now == null) {
            return new Rejected(ErrorCode.NOT_FOUND, "This instance has no mode yet: switch to one first.", null, null);
        }
        Rejected stale = stale(now, command.expectedVersion());
        if (stale != null) {
            return stale;
        }
        JsonObject configuration = command.configurationPatch() == null
                ? now.configuration()
                : now.configuration().mergePatch(command.configurationPatch());
        Capabilities capabilities = command.capabilities() == null ? now.capabilities() : command.capabilities();
        if (configuration.equals(now.configuration()) && capabilities.equals(now.capabilities())) {
            return new Outcome.Stored(MemoryEvent.NONE, now);
        }
        ModeState next = new ModeState(
                now.userId(),
                now.instanceId(),
                now.current(),
                now.previous(),
                capabilities,
                configuration,
                now.activatedAt(),
                now.activatedBy(),
                entry.at(),
                now.version() + 1,
                now.localOnly() || now.current() == Mode.INSPIRED || owner.inspired(by.instance()));
        put(next);
        owner.change(ChangeType.MODE_CONFIGURED, by, next);
        return new Outcome.Stored(MemoryEvent.UPDATE, next);
    }

    private @Nullable Rejected stale(@Nullable ModeState now, long expected) {
        long version = now == null ? 0 : now.version();
        if (expected == Command.ANY_VERSION || expected == version) {
            return null;
        }
        return new Rejected(
                ErrorCode.VERSION_CONFLICT,
                "The mode of this instance is at version " + version + ": read it again and repeat the change on that.",
                null,
                now);
    }

    private @Nullable ModeState state(String instanceId) {
        byte[] row = entry.rows().get(Keys.mode(owner.hash(), instanceId));
        return row == null ? null : Rows.modeState(row);
    }

    private void put(ModeState state) {
        entry.rows().put(Keys.mode(owner.hash(), state.instanceId()), Rows.encode(state));
    }
}
