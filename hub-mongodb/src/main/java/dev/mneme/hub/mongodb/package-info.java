/// The hub's database: MongoDB, by its official driver.
@NullMarked
package dev.mneme.hub.mongodb;

import org.jspecify.annotations.NullMarked;
