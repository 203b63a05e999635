package dev.mneme.engine.state;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.command.Outcome.Rejected;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.Provenance;
import dev.mneme.core.model.ResponseSource;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;

/// What commands do to the response audit: each answer is recorded once.
final class ResponseDecisions {
    private final Entry entry;
    private final OwnerState owner;
    private final Provenance by;

    ResponseDecisions(Entry entry, OwnerState owner, Provenance by) {
        this.entry = entry;
        this.owner = owner;
        this.by = by;
    }

    Outcome record(Command.RecordResponse command) {
        byte[] name = Keys.responseOf(owner.hash(), command.chatId(), command.messageId());
        byte[] place = entry.rows().get(name);
        if (place != null) {
            return repeated(command, Rows.arrival(place));
        }
        long sequence = owner.nextSequence();
        ResponseSource source = new ResponseSource(
                owner.owner().id(),
                command.instanceId(),
                command.chatId(),
                command.messageId(),
                command.mode(),
                command.sourceType(),
                command.provider(),
                command.model(),
                command.confidence(),
                command.responseHash(),
                command.metadata(),
                command.timestamp() == null ? entry.at() : command.timestamp(),
                sequence,
                owner.inspired(by.instance()) || owner.inspired(command.instanceId()),
                command.numbered());
        owner.change(ChangeType.RESPONSE_RECORDED, by, source);
        entry.rows().insert(Keys.response(owner.hash(), sequence), Rows.encode(source));
        entry.rows().put(name, Rows.encode(sequence));
        return new Outcome.Stored(MemoryEvent.ADD, source);
    }

    private Outcome repeated(Command.RecordResponse command, long sequence) {
        byte[] row = entry.rows().get(Keys.response(owner.hash(), sequence));
        if (row == null) {
            throw new IllegalStateException("a response source is named, and not there");
        }
        ResponseSource recorded = Rows.responseSource(row);
        if (recorded.responseHash().equals(command.responseHash())) {
            return new Outcome.Stored(MemoryEvent.NONE, recorded);
        }
        return new Rejected(
                ErrorCode.VERSION_CONFLICT,
                "This message of this chat is recorded with another responseHash: use another chatId or messageId.",
                "responseHash",
                recorded);
    }
}
