-- The tree over all blocks whose root is in the state: the root of each full subtree of 2^level blocks, by its place among
-- those of its size. With it the receipt of any block is proved against the root of a late state.
CREATE TABLE block_tree (
    level {int} NOT NULL,
    place {int} NOT NULL,
    hash  {bytes} NOT NULL,
    PRIMARY KEY (level, place)
) {keyed};
