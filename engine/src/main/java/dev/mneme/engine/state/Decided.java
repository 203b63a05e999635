package dev.mneme.engine.state;

import dev.mneme.core.command.WriteResult;
import dev.mneme.core.model.ChangeType;
import dev.mneme.core.model.Owner;
import dev.mneme.engine.table.ChangeRow;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What writes of one owner come to; nothing of it is stored.
///
/// What an `inspired` instance writes may not leave the node. Of its changes the others learn that there were some; its
/// records are `own`.
///
/// @param results one for each write
/// @param sequence the owner's after them
/// @param rows what changed; empty when nothing did
/// @param own what changed and stays on this node
public record Decided(List<WriteResult> results, long sequence, List<OwnerRow> rows, List<OwnerRow> own) {
    static Decided of(Entry entry, Owner owner, List<WriteResult> results) {
        byte[] hash = owner.hash();
        Split split = new Split(entry, hash);
        for (byte[] key : entry.rows().changedKeys()) {
            if (OwnerRow.travels(key) && (!hasOwner(key) || Arrays.equals(Keys.ownerOf(key), hash))) {
                split.add(key, entry.rows().get(key));
            }
        }
        byte[] head = entry.rows().get(Keys.head(hash));
        long sequence = head == null ? 0 : Rows.Head.decode(head).sequence();
        return new Decided(results, sequence, split.rows, split.own);
    }

    private static boolean hasOwner(byte[] key) {
        return Keys.isOwned(key) || key[0] == 'h';
    }

    private static final class Split {
        private final Entry entry;
        private final byte[] hash;
        private final boolean anyOwn;
        private final boolean erased; // everything goes, and that is said by the change alone
        private final List<OwnerRow> rows = new ArrayList<>();
        private final List<OwnerRow> own = new ArrayList<>();

        Split(Entry entry, byte[] hash) {
            this.entry = entry;
            this.hash = hash;
            boolean any = false;
            boolean erasure = false;
            for (byte[] key : entry.rows().changedKeys()) {
                byte[] row = entry.rows().get(key);
                if (key[0] == 'c' && row != null) {
                    ChangeRow change = ChangeRow.decode(row);
                    any |= change.localOnly();
                    erasure |= change.type() == ChangeType.OWNER_ERASED;
                }
            }
            this.anyOwn = any;
            this.erased = erasure;
        }

        void add(byte[] key, byte @Nullable [] row) {
            byte[] before = entry.rows().stored(key);
            if (row == null) {
                if (before != null && !erased) {
                    deletion(key, before);
                }
                return;
            }
            if (!isOwn(key, row)) {
                rows.add(OwnerRow.of(key, row));
                return;
            }
            own.add(OwnerRow.of(key, row));
            switch (key[0]) {
                case 'c' ->
                    rows.add(OwnerRow.of(key, ChangeRow.decode(row).withheld().encode()));
                case 'a' ->
                    rows.add(OwnerRow.of(key, Rows.encode(Rows.modeState(row).announced())));
                default -> {}
            }
        }

        /// A record may have been shared before it was not, so its deletion travels, unless its key would tell
        /// something.
        private void deletion(byte[] key, byte[] before) {
            OwnerRow gone = OwnerRow.of(key, null);
            if (isOwn(key, before)) {
                own.add(gone);
            }
            if (!isOwn(key, before) || key[0] != 'x') {
                rows.add(gone);
            }
        }

        private boolean isOwn(byte[] key, byte[] row) {
            return switch (key[0]) {
                case 'c' -> ChangeRow.decode(row).localOnly();
                case 'm', 'v' -> Rows.Version.decode(row).memory().localOnly();
                case 'e', 'y' -> isOwn(Keys.lastNumber(key));
                case 'x' -> {
                    Rows.ContextRow context = Rows.ContextRow.decode(row);
                    yield context.context() != null && context.context().localOnly();
                }
                case 'g' -> Rows.contextVersion(row).context().localOnly();
                case 'a' -> Rows.modeState(row).localOnly();
                case 't' -> Rows.transition(row).localOnly();
                case 'q' -> Rows.responseSource(row).localOnly();
                case 'z' -> Rows.syncEvent(row).localOnly();
                // What they hold of a request cannot be told from others of the same entry.
                case 'i', 'l' -> anyOwn;
                default -> false;
            };
        }

        private boolean isOwn(long arrival) {
            byte[] key = Keys.memory(hash, arrival);
            byte[] memory = entry.rows().get(key);
            memory = memory == null ? entry.rows().stored(key) : memory;
            return memory != null && Rows.Version.decode(memory).memory().localOnly();
        }
    }
}
