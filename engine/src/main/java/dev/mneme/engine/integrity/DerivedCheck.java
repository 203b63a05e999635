package dev.mneme.engine.integrity;

import dev.mneme.core.model.MnemeException;
import dev.mneme.core.spi.Tables;
import dev.mneme.engine.table.Digest128;
import dev.mneme.engine.table.Keys;
import dev.mneme.engine.table.Rows;
import dev.mneme.engine.table.ShardTotals;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Whether the rows that are derived from owners' rows, and lie outside of them, are those that were stored:
/// pointers, entities, the operator's feed, expiries, the server's embedders, and nothing unknown.
public final class DerivedCheck {
    private static final int MAX_PROBLEMS = 20;
    private static final String ALL = "pnofb";

    private DerivedCheck() {}

    /// What is wrong with derived rows.
    ///
    /// @param tables of which rows were changed; one is missing or put back in none that can be named: the
    ///     letters of all
    /// @param problems sentences for an operator
    public record Findings(String tables, List<String> problems) {
        public static final Findings NONE = new Findings("", List.of());

        public Findings {
            problems = List.copyOf(problems);
        }

        /// Whether rows of this table may not be believed.
        public boolean concerns(char table) {
            return tables.indexOf(table) >= 0;
        }
    }

    /// Costs an HMAC for each of them, so for each memory and change of the shard.
    ///
    /// @param name the shard's
    /// @param go whether to go on, asked before each row; nothing is said of what was not read
    public static Findings findings(Tables.Snapshot rows, Seal seal, String name, BooleanSupplier go) {
        try {
            return read(rows, seal, name, go);
        } catch (MnemeException unreadable) {
            return new Findings(
                    ALL,
                    List.of("rows that are derived from others in shard " + name + " cannot be read: "
                            + unreadable.getMessage()));
        }
    }

    private static Findings read(Tables.Snapshot rows, Seal seal, String name, BooleanSupplier go) {
        byte[] own = rows.get(Keys.shard());
        if (own == null || !seal.sound(Keys.shard(), own)) {
            return Findings.NONE; // said by the check of the roots
        }
        ShardTotals totals = Rows.Shard.decode(own).totals();
        List<String> problems = new ArrayList<>();
        StringBuilder tables = new StringBuilder();
        long[] count = new long[1];
        Digest128[] sum = {Digest128.ZERO};
        rows.scan(new byte[] {1}, new byte[] {(byte) 0xff}, (key, row) -> {
            if (Keys.isOwned(key) || "shk".indexOf(key[0]) >= 0) {
                return true;
            }
            Seal.Tag tag = seal.tag(key, row);
            count[0]++;
            sum[0] = sum[0].plus(tag.hash());
            if (!tag.isIn(row)) {
                tables.append((char) key[0]);
                problems.add(nameOf(key) + " in shard " + name + " was changed, or is not from here");
            }
            return problems.size() < MAX_PROBLEMS && go.getAsBoolean();
        });
        if (problems.isEmpty()
                && go.getAsBoolean()
                && (count[0] != totals.others() || !sum[0].equals(totals.othersSum()))) {
            tables.append(ALL);
            problems.add("a row that is derived from others in shard " + name
                    + " (a pointer, an entity, the operator's feed, an expiry) is missing, or was put back");
        }
        return new Findings(tables.toString(), problems);
    }

    private static String nameOf(byte[] key) {
        return switch (key[0]) {
            case 'p' -> "the pointer of an id";
            case 'n' -> "the count of an entity";
            case 'o' -> "a row of the operator's feed";
            case 'f' -> "an expiry";
            case 'b' -> "a space of the server's embedders";
            default -> "a row of an unknown table";
        };
    }
}
