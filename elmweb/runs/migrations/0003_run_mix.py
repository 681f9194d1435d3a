from django.db import migrations, models


def count_the_only_operator(apps, schema_editor):
    """Runs so far had one operator: what they counted is its."""
    for run in apps.get_model("runs", "Run").objects.exclude(statistics={}):
        name = run.config.get("operator", "syntax-tree")
        counts = {
            "tried": run.statistics["evaluations"],
            "admitted": max(run.statistics["admitted"] - 1, 0),  # the seed is nobody's
        }
        run.mix = {name: counts}
        run.statistics["operators"] = [{"name": name, "share": 1.0, **counts}]
        run.save(update_fields=("mix", "statistics"))


class Migration(migrations.Migration):

    dependencies = [
        ('runs', '0002_run_resumed_at'),
    ]

    operations = [
        migrations.AddField(
            model_name='run',
            name='mix',
            field=models.JSONField(blank=True, default=dict, help_text='Standings of the operators: evolution.operators.mix.'),
        ),
        migrations.RunPython(count_the_only_operator, migrations.RunPython.noop),
    ]
