namespace Rinha.Server.Tests.Sqlite;

public sealed class AuditTests : FileTest
{
    [Fact]
    public void A_sound_ledger_has_counts_and_no_findings()
    {
        SampleLedger.Make(FilePath);

        var report = LedgerAudit.Run(FilePath);

        AssertFound([], report);
        Assert.Empty(report.Warnings);
        Assert.True(report.IsSound);
        SampleLedger.AssertCounted(report);
    }

    [Theory]
    [InlineData("PRAGMA application_id = 1", "schema")]
    [InlineData("UPDATE chaves SET saldo = -limite - 1 WHERE id = 1", "values")]
    [InlineData("UPDATE chaves SET chave = '' WHERE id = 1", "values")]
    [InlineData("UPDATE clientes SET limite = -1 WHERE id = 1", "values")]
    [InlineData("UPDATE transacoes SET tipo = 'e' WHERE cliente_id = 2 AND seq = 1", "values newest")]
    [InlineData("UPDATE transacoes SET descricao = '' WHERE cliente_id = 1 AND seq = 1", "values")]
    [InlineData("UPDATE transacoes SET valor = 0 WHERE cliente_id = 1 AND seq = 1", "values balance")]
    [InlineData(
        "INSERT INTO transacoes (cliente_id, seq, valor, tipo, descricao, realizada_em) VALUES (99, 1, 1, 'c', 'x', 1)",
        "foreign-keys")]
    [InlineData("UPDATE clientes SET saldo = saldo + 1 WHERE id = 1", "balance")]
    [InlineData("UPDATE clientes SET saldo = 1 WHERE id = 5", "balance")]
    [InlineData("UPDATE transacoes SET valor = valor + 1 WHERE id = 1", "balance")]
    [InlineData("UPDATE transacoes SET tipo = 'd' WHERE id = 1", "balance")]
    [InlineData("UPDATE clientes SET limite = 16 WHERE id = 2", "limit")]
    [InlineData("UPDATE transacoes SET seq = 7 WHERE cliente_id = 1 AND seq = 6", "sequence chain")]
    [InlineData(
        "UPDATE transacoes SET seq = CASE seq WHEN 2 THEN 3 ELSE 2 END WHERE cliente_id = 1 AND seq IN (2, 3)",
        "sequence chain")]
    [InlineData("UPDATE clientes SET ultima_seq = 1 WHERE id = 5", "count newest chain")]
    [InlineData("DELETE FROM transacoes WHERE cliente_id = 1 AND seq = 5", "balance sequence count chain")]
    [InlineData("UPDATE clientes SET ultimas = x'' WHERE id = 1", "newest")]
    [InlineData("UPDATE clientes SET ultimas = CAST(substr(ultimas, 1, 522) AS BLOB) WHERE id = 1", "newest")]
    [InlineData(
        "UPDATE clientes SET ultimas = CAST(substr(ultimas, 59, 58) || substr(ultimas, 1, 58) || substr(ultimas, 117) "
        + "AS BLOB) WHERE id = 3",
        "newest")]
    [InlineData("UPDATE transacoes SET realizada_em = realizada_em + 1 WHERE cliente_id = 2 AND seq = 2", "newest")]
    [InlineData("UPDATE transacoes SET descricao = 'other' WHERE cliente_id = 3 AND seq = 1", "newest")]
    [InlineData("UPDATE transacoes SET anterior = NULL WHERE cliente_id = 1 AND seq = 2", "chain")]
    [InlineData("UPDATE transacoes SET anterior = 1 WHERE cliente_id = 2 AND seq = 2", "chain")]
    [InlineData("UPDATE clientes SET ultima_id = NULL WHERE id = 1", "chain")]
    [InlineData("UPDATE clientes SET ultima_id = 1 WHERE id = 1", "chain")]
    [InlineData("INSERT INTO marcos (cliente_id, seq, transacao_id) VALUES (1, 64, 1)", "marks")]
    [InlineData("UPDATE chaves SET valor = valor + 1 WHERE chave = 'key-18'", "keys")]
    [InlineData("UPDATE chaves SET criada_em = criada_em - 1 WHERE chave = 'key-18'", "keys")]
    [InlineData("UPDATE chaves SET saldo = 5 WHERE chave = 'key-21'", "keys")]
    [InlineData("UPDATE chaves SET seq = seq + 1 WHERE chave = 'key-18'", "keys")]
    [InlineData("DROP TABLE chaves", "schema")]
    public void Each_kind_of_damage_is_found_by_its_check(string damage, string checks)
    {
        SampleLedger.Make(FilePath);
        LedgerRows.AssertBalanced(FilePath);
        SampleLedger.Damage(FilePath, damage);

        var report = LedgerAudit.Run(FilePath);

        Assert.False(report.IsSound);
        AssertFound(checks.Split(' '), report);
        Assert.All(report.Findings, finding => Assert.DoesNotContain('\n', finding.What));
        // The tests' own check finds the same damage, apart from the kinds that it does not cover.
        if (checks is not ("schema" or "values" or "keys"))
        {
            Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => LedgerRows.AssertBalanced(FilePath));
        }
    }

    [Fact]
    public void An_overwritten_page_is_found()
    {
        SampleLedger.Make(FilePath);
        using (var file = File.OpenHandle(FilePath, FileMode.Open, FileAccess.ReadWrite))
        {
            RandomAccess.Write(file, Enumerable.Repeat((byte)0xA5, 600).ToArray(), RandomAccess.GetLength(file) - 4096);
        }

        Assert.Contains(LedgerAudit.Run(FilePath).Findings, finding => finding.Check == "integrity");
    }

    [Theory]
    [InlineData("this is not a database")]
    [InlineData("")]
    public void A_file_that_is_not_a_ledger_is_a_finding(string content)
    {
        File.WriteAllText(FilePath, content);

        AssertFound(["schema"], LedgerAudit.Run(FilePath));
    }

    [Fact]
    public void Another_version_is_refused_not_reported_as_damage()
    {
        SampleLedger.Make(FilePath);
        SampleLedger.Damage(FilePath, "PRAGMA user_version = 3");

        var refusal = Assert.Throws<RefusalException>(() => LedgerAudit.Run(FilePath));

        Assert.StartsWith($"{FilePath} has schema version 3, ", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_findings_are_counted_the_first_are_listed_and_64_bit_balances_add_up()
    {
        SampleLedger.Make(FilePath);
        SampleLedger.Damage(FilePath, """
            WITH RECURSIVE ids (id) AS (VALUES (100) UNION ALL SELECT id + 1 FROM ids WHERE id < 149)
            INSERT INTO clientes (id, limite, saldo) SELECT id, 0, 9223372036854775807 FROM ids
            """);

        var report = LedgerAudit.Run(FilePath);

        Assert.Equal(50, report.FindingCount);
        Assert.Equal(Limits.AuditFindingsMax, report.Findings.Count);
        Assert.Equal((Int128)long.MaxValue * 50 + SampleLedger.BalanceCents, report.BalanceCents);
    }

    // Findings are in the order of the checks.
    private static void AssertFound(string[] checks, AuditReport report) =>
        Assert.Equal(checks, report.Findings.Select(finding => finding.Check).Distinct());
}
