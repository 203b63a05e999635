/// The nouns: records that know their own rules, and nothing of storage or the network.
@NullMarked
package dev.mneme.core.model;

import org.jspecify.annotations.NullMarked;
