-- Prices as they were aggregated: `used` is the one that rules went by.
CREATE TABLE prices (
    feed        {int} NOT NULL,
    height      {int} NOT NULL,
    number      {int} NOT NULL,
    time_ms     {int} NOT NULL,
    price       {amount} NOT NULL,
    confidence  {amount} NOT NULL,
    used        {amount} NOT NULL,
    observed_ms {int} NOT NULL,
    PRIMARY KEY (feed, height, number)
) {keyed};
CREATE INDEX prices_by_time ON prices (feed, time_ms);

CREATE TABLE vaults (
    vault         {int} NOT NULL PRIMARY KEY,
    facility      {int} NOT NULL,
    owner         {int},
    opened_height {int} NOT NULL
);
CREATE INDEX vaults_by_owner ON vaults (owner, vault);

-- What happened to vaults. `collateral` of `asset` and `debt` are what moved, `debt_left` is all debt after it, where the
-- event tells.
CREATE TABLE vault_lines (
    vault        {int} NOT NULL,
    height       {int} NOT NULL,
    number       {int} NOT NULL,
    kind         TEXT  NOT NULL,
    asset        {int},
    collateral   {amount},
    debt         {amount},
    debt_left    {amount},
    lot          {int},
    health       {amount},
    health_after {amount},
    PRIMARY KEY (vault, height, number)
) {keyed};

-- Lots put up for sale, in falling prices (`dutch`) or at one price for all (`uniform`), for a record of a module.
CREATE TABLE lots (
    lot           {int} NOT NULL PRIMARY KEY,
    style         TEXT  NOT NULL,
    module        TEXT  NOT NULL,
    record        {int} NOT NULL,
    asset         {int} NOT NULL,
    amount        {amount} NOT NULL,
    want          {int} NOT NULL,
    raise_max     {amount},
    start_price   {amount},
    floor_price   {amount} NOT NULL,
    opened_height {int} NOT NULL
);
CREATE INDEX lots_by_record ON lots (module, record, lot);

-- Parts of lots that somebody bought.
CREATE TABLE takes (
    lot       {int} NOT NULL,
    height    {int} NOT NULL,
    number    {int} NOT NULL,
    taker     {int} NOT NULL,
    taken     {amount} NOT NULL,
    price     {amount},
    payment   {amount} NOT NULL,
    PRIMARY KEY (lot, height, number)
) {keyed};
CREATE INDEX takes_by_taker ON takes (taker, height, number);

-- Lots that ended, with what was not sold.
CREATE TABLE lot_ends (
    lot          {int} NOT NULL PRIMARY KEY,
    height       {int} NOT NULL,
    number       {int} NOT NULL,
    remainder    {amount} NOT NULL,
    remainder_to {int} NOT NULL,
    raised       {amount} NOT NULL
);
