package dev.mneme.testkit;

import dev.mneme.core.command.Command;
import dev.mneme.core.command.Outcome;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.ErrorCode;
import dev.mneme.core.model.MemoryEvent;
import dev.mneme.core.model.ResponseSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The model's response audit of one user. Guarded by the store's lock.
final class ModelResponses {
    private final ModelOwner owner;
    private final List<ResponseSource> recorded = new ArrayList<>();

    ModelResponses(ModelOwner owner) {
        this.owner = owner;
    }

    Outcome record(Command.RecordResponse command, ModelOwner.Stamp stamp) {
        Optional<ResponseSource> before = find(command.chatId(), command.messageId());
        if (before.isPresent()) {
            return before.get().responseHash().equals(command.responseHash())
                    ? new Outcome.Stored(MemoryEvent.NONE, before.get())
                    : new Outcome.Rejected(ErrorCode.VERSION_CONFLICT, "another hash", "responseHash", before.get());
        }
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
                Optional.ofNullable(command.timestamp()).orElse(stamp.at()),
                owner.head().sequence() + 1,
                owner.localOnly(stamp) || owner.modes().inspired(command.instanceId()),
                command.numbered());
        recorded.add(source);
        owner.tell(
                ChangeType.RESPONSE_RECORDED,
                source.chatId() + "/" + source.messageId(),
                source,
                source.localOnly(),
                stamp);
        return new Outcome.Stored(MemoryEvent.ADD, source);
    }

    Outcome bring(ResponseSource imported, ModelOwner.Stamp stamp) {
        if (find(imported.chatId(), imported.messageId()).isPresent()) {
            return new Outcome.Stored(MemoryEvent.NONE, imported);
        }
        ResponseSource source = imported.withSequence(owner.head().sequence() + 1);
        recorded.add(source);
        String name = source.chatId() + "/" + source.messageId();
        owner.tell(ChangeType.RESPONSE_RECORDED, name, source, source.localOnly(), stamp);
        return new Outcome.Stored(MemoryEvent.ADD, source);
    }

    Optional<ResponseSource> find(String chatId, String messageId) {
        return recorded.stream()
                .filter(each -> each.chatId().equals(chatId) && each.messageId().equals(messageId))
                .findFirst();
    }

    List<ResponseSource> list(Predicate<ResponseSource> filter, long afterSequence, int limit) {
        return recorded.stream()
                .filter(each -> each.sequence() > afterSequence)
                .filter(filter)
                .limit(limit)
                .toList();
    }

    List<ResponseSource> newest(Predicate<ResponseSource> filter, @Nullable Long beforeSequence, int limit) {
        return recorded.reversed().stream()
                .filter(each -> beforeSequence == null || each.sequence() < beforeSequence)
                .filter(filter)
                .limit(limit)
                .toList();
    }
}
