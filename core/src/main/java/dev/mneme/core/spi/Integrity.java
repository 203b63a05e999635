package dev.mneme.core.spi;

import dev.mneme.core.model.Owner;
import dev.mneme.core.model.Provenance;
import java.util.List;

/// What a store knows of its data having been changed from outside: see [Store#integrity].
///
/// **Threads**: any.
public interface Integrity {
    /// Of a store that makes no such claim.
    Integrity NONE = new Integrity() {
        @Override
        public Report report() {
            return new Report(0, true, List.of());
        }

        @Override
        public List<String> verify() {
            return List.of();
        }

        @Override
        public void accept(Owner owner, Provenance by) {
            // nothing is ever refused
        }

        @Override
        public void acceptKeys(Provenance by) {
            // nothing is ever refused
        }
    };

    Report report();

    /// Reads every row again, whatever was checked before. Costs about what the background check does, at
    /// full speed.
    ///
    /// @return what is wrong, in sentences that name the records
    List<String> verify();

    /// Takes an owner's data as it is now, so that it is served again. Rows that cannot be read go, and
    /// so do the changes: who follows the owner reads its state anew. Logged, as every command.
    void accept(Owner owner, Provenance by);

    /// Takes the API keys as they are now, but for those whose row is not from here, which go.
    void acceptKeys(Provenance by);

    /// @param owners how many were checked in the background since the start
    /// @param complete whether all were
    /// @param problems what was found so far, in sentences that name the records
    record Report(long owners, boolean complete, List<String> problems) {
        public Report {
            problems = List.copyOf(problems);
        }
    }
}
